"""A real Saleor as the platform: the app it installs, its webhooks, and the calls back to it."""
