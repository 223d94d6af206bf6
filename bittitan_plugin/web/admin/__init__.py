"""The back office at ``/admin/`` for a distributor's staff, over the same services as GraphQL.

Lists, filters, search, export and row actions are starlette-admin's; there are pages of our own
where it has none.
"""
