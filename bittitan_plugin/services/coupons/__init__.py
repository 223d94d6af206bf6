"""Coupons at BitTitan: obtained once, each with one owner, followed until used or expired."""
