"""The addresses a Saleor knows: manifest, registration, webhooks, Dashboard pages, its subgraph."""
