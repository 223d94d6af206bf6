"""What the plugin asks of the world: of a commerce platform, of BitTitan, of a mail server."""
