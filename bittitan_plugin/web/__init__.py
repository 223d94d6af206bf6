"""HTTP: the routes that are the plugin's own, and the application that puts all routes together."""
