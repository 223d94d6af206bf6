"""The rules of selling BitTitan licences, as pure code.

Nothing here does I/O or imports anything but the standard library; time, identity and
secrets come in as arguments. A business rule is written here and nowhere else.
"""
