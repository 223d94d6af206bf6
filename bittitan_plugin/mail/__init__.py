"""E-mail: the templates and the two transports (SMTP, files)."""
