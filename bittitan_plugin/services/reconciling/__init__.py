"""Compares what we know with what BitTitan and the platform know, and repairs what it may."""
