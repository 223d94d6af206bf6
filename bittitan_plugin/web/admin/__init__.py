"""The back office at ``/admin/``: what staff of a distributor do, over the services GraphQL uses.

Lists, filters, search, export and row actions are starlette-admin's; pages of our own stand where
it has none.
"""
