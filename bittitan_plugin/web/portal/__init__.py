"""The customer's portal: its own licences and those of its end customers, in plain words."""
