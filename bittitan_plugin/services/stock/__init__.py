"""The coupon stock: codes that were bought ahead, imported, allocated and withdrawn."""
