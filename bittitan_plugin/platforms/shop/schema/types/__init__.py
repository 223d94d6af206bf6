"""The host's GraphQL types, one module a subject."""
