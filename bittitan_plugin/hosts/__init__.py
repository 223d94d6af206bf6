"""The commerce platforms the plugin attaches to, behind one port."""
