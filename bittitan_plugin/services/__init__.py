"""Use cases: what the product does, one package per subject, verbs for functions.

They take ``Ports`` and ids, open their own transactions, and know nothing of hooks or GraphQL.
"""
