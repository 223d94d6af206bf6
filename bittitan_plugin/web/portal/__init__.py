"""The customer's page: its own licences and those of its end customers, in plain words."""
