"""E-mail: the port, the templates and the two transports (SMTP, files)."""
