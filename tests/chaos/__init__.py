"""The proof that nothing is lost and nothing happens twice: ``python -m tests.chaos``.

It starts the product as its operators do (web, workers, database, mail server, the vendor's
sandbox), kills and disturbs it, and then reads everybody's books. What it does and what it found
is in ``docs/why/reliability.md``.
"""
