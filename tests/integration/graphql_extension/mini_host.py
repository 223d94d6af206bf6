"""A third party's platform: its own types, which inherit our mixins, merged with our queries.

It knows of the plugin only what ``GraphQLExtension`` says, and pages its own lists with a
``PageInfo`` of its own, as every platform does.
"""

from typing import Any

import strawberry
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.tools import merge_types

from bittitan_hooks.results import GraphQLExtension


@strawberry.type
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


#: What was merged already, by the extension's classes.
_merged: dict[tuple[type, ...], strawberry.Schema] = {}


def host_schema(extension: GraphQLExtension) -> strawberry.Schema:
    """The host's schema, with the extension merged into it.

    Built once for all installations: what they differ in comes with each request.
    """
    classes = extension.query, extension.mutation, *extension.types, *extension.mixins.values()
    if classes not in _merged:
        _merged[classes] = _merge(extension)
    return _merged[classes]


def _merge(extension: GraphQLExtension) -> strawberry.Schema:
    @strawberry.type
    class Order(extension.mixins["Order"]):  # type: ignore[misc, name-defined]
        id: strawberry.ID
        number: str

    @strawberry.type
    class User(extension.mixins["User"]):  # type: ignore[misc, name-defined]
        id: strawberry.ID
        email: str

    @strawberry.type
    class ProductVariant(extension.mixins["ProductVariant"]):  # type: ignore[misc, name-defined]
        id: strawberry.ID

    @strawberry.type
    class OrderConnection:
        page_info: PageInfo
        nodes: list[Order]

    @strawberry.type
    class HostQuery:
        @strawberry.field
        def order_page(self) -> OrderConnection:
            page_info = PageInfo(
                has_next_page=False, has_previous_page=False, start_cursor=None, end_cursor=None
            )
            return OrderConnection(page_info=page_info, nodes=[])

        @strawberry.field
        def orders(self, ids: list[strawberry.ID]) -> list[Order]:
            return [Order(id=id_, number=str(id_)) for id_ in ids]

        @strawberry.field
        def order(self, id: strawberry.ID) -> Order | None:  # noqa: A002
            return Order(id=id, number=str(id))

        @strawberry.field
        def users(self, ids: list[strawberry.ID]) -> list[User]:
            return [User(id=id_, email="") for id_ in ids]

        @strawberry.field
        def me(self, info: strawberry.Info) -> User | None:
            viewer = info.context["viewer"]
            return User(id=viewer.customer_id, email=viewer.email) if viewer.customer_id else None

        @strawberry.field
        def variant(self, id: strawberry.ID) -> ProductVariant | None:  # noqa: A002
            return ProductVariant(id=id)

    @strawberry.type
    class HostMutation:
        @strawberry.mutation
        def order_note(self, text: str) -> str:
            return text

    query: Any = merge_types("Query", (HostQuery, extension.query))
    mutation: Any = merge_types("Mutation", (HostMutation, extension.mutation))
    # The tests ask the same few questions over and over.
    remembering = [ParserCache, ValidationCache]
    return strawberry.Schema(
        query=query, mutation=mutation, types=extension.types, extensions=remembering
    )
