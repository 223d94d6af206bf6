"""What the plugin asks of the world: a commerce platform, a vendor of coupons, a way to send mail."""
