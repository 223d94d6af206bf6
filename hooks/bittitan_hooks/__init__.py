"""The hooks between a commerce platform and the plugin: the contract, without implementations.

``specs`` is all a platform needs; ``plugin`` is what the entry point names.
"""
