"""The GraphQL extension: translates, authorises and delegates. It contains no business rules.

Everything is a plain Strawberry type, so any Python host can merge it into its own schema;
``extension.build_extension`` is where a host starts.
"""

import bittitan_graphql.enums  # noqa: F401 - named before any type is annotated with one
