"""The ports: what the plugin needs of a commerce platform, of BitTitan and of a mail server."""
