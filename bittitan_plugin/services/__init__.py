"""Use cases: what the product does, one module per family, verbs for functions.

They take ``Ports`` and ids, open their own transactions, and know nothing of hooks or GraphQL.
"""
