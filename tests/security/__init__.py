"""Who may do what, tried for everything there is: ``matrix.py``, ``docs/why/security.md``."""
