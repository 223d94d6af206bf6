"""What can be sold: licence products, their prices, and the variants they are bound to."""
