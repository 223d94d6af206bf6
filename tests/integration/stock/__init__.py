"""The coupon stock as it runs: imported, drawn from, run out, taken back."""
