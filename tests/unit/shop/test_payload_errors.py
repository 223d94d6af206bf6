"""What stands in a payload's errors when the shop or a plugin refuses a change."""

import asyncio
from typing import Any
from unittest.mock import Mock

import pytest
import strawberry

from bittitan_graphql.errors import PermissionDenied
from bittitan_plugin.domain.access import Permission, Viewer
from bittitan_plugin.domain.errors import ErrorCode, Refusal, Unavailable
from bittitan_plugin.platforms.shop.schema.errors import (
    CheckoutError,
    CheckoutErrorCode,
    OrderError,
    OrderErrorCode,
    PluginError,
    PluginErrorCode,
    ProductError,
    ProductErrorCode,
)
from bittitan_plugin.platforms.shop.schema.fields import mutation, staff_field
from bittitan_plugin.ports.platform import PluginsRejected


@strawberry.type
class Opened:
    """A payload, as all mutations have."""

    name: str | None = None
    errors: list[OrderError] = strawberry.field(default_factory=list)


@strawberry.type
class Mutation:
    @mutation()
    async def refused(self) -> Opened | None:
        """Is refused."""
        raise Refusal(ErrorCode.NOT_FOUND, "There is none.", field="user_email")

    @mutation()
    async def faulty(self) -> Opened | None:
        """Has a fault that is no refusal."""
        raise Unavailable("nobody answers")

    @mutation(needs=Permission.MANAGE_ORDERS)
    async def guarded(self) -> Opened | None:
        """Is for staff."""
        raise Refusal(ErrorCode.INVALID, "Refused after all.")


@strawberry.type
class Query:
    @staff_field(needs=Permission.MANAGE_PRODUCTS)
    async def guarded(self) -> str | None:
        """Is for staff."""
        return "shown"


SCHEMA = strawberry.Schema(query=Query, mutation=Mutation)


def ask(document: str, *permissions: Permission) -> Any:
    """What the schema answers to somebody with these permissions."""
    viewer = Viewer(email="staff@example.com", is_staff=True, permissions=frozenset(permissions))
    context = {"viewer": viewer, "platform": Mock()}
    return asyncio.run(SCHEMA.execute(document, context_value=context))


def test_what_a_mutation_refuses_stands_alone_in_its_payload() -> None:
    answer = ask("mutation { refused { name errors { field message code } } }")
    error = {"field": "userEmail", "message": "There is none.", "code": "NOT_FOUND"}
    assert answer.errors is None
    assert answer.data == {"refused": {"name": None, "errors": [error]}}


def test_what_is_no_refusal_is_an_error_of_the_request() -> None:
    answer = ask("mutation { faulty { name } }")
    assert answer.data == {"faulty": None}
    assert isinstance(answer.errors[0].original_error, Unavailable)


@pytest.mark.parametrize("document", ["mutation { guarded { name } }", "{ guarded }"])
def test_nothing_runs_without_the_permission_a_field_needs(document: str) -> None:
    answer = ask(document, Permission.MANAGE_USERS)
    assert answer.data == {"guarded": None}
    assert isinstance(answer.errors[0], PermissionDenied) or isinstance(
        answer.errors[0].original_error, PermissionDenied
    )
    assert ask(document, *Permission).errors is None


def test_a_code_that_a_subject_does_not_have_becomes_invalid() -> None:
    refusal = Refusal(ErrorCode.OUT_OF_STOCK, "Sold out.", field="lines[1].variant_id")
    assert ProductError.of(refusal) == [
        ProductError(field="lines[1].variantId", message="Sold out.", code=ProductErrorCode.INVALID)
    ]
    assert CheckoutError.of(refusal)[0].code is CheckoutErrorCode.OUT_OF_STOCK


def test_every_plugin_that_refuses_is_listed() -> None:
    refused = PluginsRejected(
        [
            Refusal(ErrorCode.VENDOR_REJECTED, "No."),
            Refusal(ErrorCode.REQUEST_NEEDED, "Never.", field="lines"),
        ]
    )
    assert OrderError.of(refused) == [
        OrderError(field=None, message="No.", code=OrderErrorCode.VENDOR_REJECTED),
        OrderError(field="lines", message="Never.", code=OrderErrorCode.INVALID),
    ]


def test_a_setting_is_named_as_it_is_listed() -> None:
    refusal = Refusal(ErrorCode.REQUIRED, "Give a key.", field="api_key")
    assert PluginError.of(refusal) == [
        PluginError(field="api_key", message="Give a key.", code=PluginErrorCode.REQUIRED)
    ]
