"""BitTitan's side: the port, the coupon API client behind it, and the simulator of that API."""
