"""The plugin as a whole: the composition root, and the implementation of each hook."""
