"""The coupon stock: codes that were bought in advance, imported, allocated and withdrawn."""
