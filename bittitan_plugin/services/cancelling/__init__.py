"""Taking a sale back: cancellations, requests for them, credits, and codes revoked."""
