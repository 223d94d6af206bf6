"""Who may do what, tried for everything there is: see ``matrix.py`` and ``docs/security.md``."""
