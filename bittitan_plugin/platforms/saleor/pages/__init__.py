"""The routes for a Saleor: manifest, registration, webhooks, Dashboard pages, its subgraph."""
