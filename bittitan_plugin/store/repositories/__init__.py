"""Repositories: each is made for one installation, and no query exists without it."""
