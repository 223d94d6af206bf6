"""The commerce platforms: each a room of its own, whole, from its tables to its pages."""
