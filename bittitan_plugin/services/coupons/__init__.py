"""Coupons at BitTitan: each obtained once, with one owner, followed until used or expired."""
