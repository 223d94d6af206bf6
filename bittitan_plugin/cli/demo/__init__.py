"""A demo of a whole sale: staff and a reseller act over GraphQL and HTTP."""
