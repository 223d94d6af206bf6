"""Repositories: each is made for one installation and queries only its rows."""
