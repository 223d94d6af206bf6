"""Durable workflows over the services: the order of the steps, and what is tried again."""
