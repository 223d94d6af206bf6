"""The plugin put together: the composition root, and what it does upon each hook."""
