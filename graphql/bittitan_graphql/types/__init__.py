"""The objects clients see: plain Strawberry types made from domain values."""
