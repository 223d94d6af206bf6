"""A small commerce platform of our own, speaking Saleor's names: the plugin's default host."""
