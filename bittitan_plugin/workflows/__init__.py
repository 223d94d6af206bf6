"""The durable use cases, thin over the services: what happens next, and what is tried again."""
