"""A small storefront to try things out with: a page whose script is a headless frontend."""
