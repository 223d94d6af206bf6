"""The hooks between a commerce platform and the plugin.

``specs`` is all a platform needs; the other modules are the plugin's implementations.
"""
