"""A small commerce platform of our own with Saleor's names: the plugin's default platform."""
