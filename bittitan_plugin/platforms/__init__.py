"""The commerce platforms: each a package of its own, from its tables to its pages."""
