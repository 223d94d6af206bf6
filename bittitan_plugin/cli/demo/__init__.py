"""The whole story, played as its actors would: staff and a reseller, over GraphQL and HTTP."""
