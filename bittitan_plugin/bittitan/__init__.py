"""BitTitan's side: the client of the coupon API, and the simulator of that API."""
