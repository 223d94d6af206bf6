"""HTTP: the plugin's own routes and pages, and what all pages share."""
