"""The decorators of queries and mutations: what is refused, and who may."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest
import strawberry

from bittitan_graphql.context import CONTEXT_KEY, RequestScope
from bittitan_graphql.errors import BitTitanAssetError, refusals, refusals_in
from bittitan_graphql.fields import mutation, optional, query
from bittitan_plugin.domain.access import Permission, Viewer
from bittitan_plugin.domain.errors import BitTitanError, ErrorCode, Refusal
from bittitan_plugin.services.ports import Ports, Tenant

TOO_LATE = Refusal(ErrorCode.INVALID, "Too late.", field="end_customer")


@strawberry.type
class Opened:
    """A payload, as all mutations have."""

    name: str | None = optional("What was opened.")
    errors: list[BitTitanAssetError] = refusals()


@strawberry.type
class Mutation:
    @mutation("Is refused at once.")
    async def refused(self) -> Opened | None:
        raise TOO_LATE

    @mutation("Is refused when half of it is done.")
    async def half_done(self) -> Opened | None:
        answer = Opened()
        with refusals_in(answer):
            answer.name = "half"
            raise TOO_LATE
        return answer

    @mutation("Has a fault.")
    async def faulty(self) -> Opened | None:
        raise BitTitanError("a bug")

    @mutation("Is for staff.", needs=Permission.MANAGE_ORDERS)
    async def guarded(self) -> Opened | None:
        return Opened(name="done")


@strawberry.type
class Query:
    @query("Is for staff.", needs=Permission.MANAGE_PRODUCTS)
    async def guarded(self) -> str | None:
        return "shown"

    @query("Is refused.")
    async def refused(self) -> str | None:
        raise TOO_LATE


SCHEMA = strawberry.Schema(query=Query, mutation=Mutation)
ERROR = {"field": "endCustomer", "message": "Too late.", "code": "INVALID"}


def ask(document: str, *permissions: Permission) -> Any:
    """What the schema answers to somebody with these permissions."""
    scope = RequestScope(
        tenant=Tenant(cast(Ports, SimpleNamespace()), UUID(int=1)),
        viewer=Viewer(email="staff@example.com", is_staff=True, permissions=frozenset(permissions)),
    )
    return asyncio.run(SCHEMA.execute(document, context_value={CONTEXT_KEY: scope}))


def test_what_a_mutation_refuses_stands_alone_in_its_payload() -> None:
    answer = ask("mutation { refused { name errors { field message code } } }")
    assert answer.errors is None
    assert answer.data == {"refused": {"name": None, "errors": [ERROR]}}


def test_what_was_done_before_a_refusal_is_shown_beside_it() -> None:
    answer = ask("mutation { halfDone { name errors { field message code } } }")
    assert answer.data == {"halfDone": {"name": "half", "errors": [ERROR]}}


def test_a_fault_of_ours_is_no_refusal() -> None:
    answer = ask("mutation { faulty { name errors { code } } }")
    assert answer.data == {"faulty": None}
    assert [error.message for error in answer.errors] == ["a bug"]


def test_a_query_refuses_at_the_top_level() -> None:
    (error,) = ask("{ refused }").errors
    assert error.message == "Too late."
    assert error.extensions == {"exception": {"code": "INVALID"}, "field": "endCustomer"}


@pytest.mark.parametrize("document", ["mutation { guarded { name } }", "{ guarded }"])
def test_nothing_runs_without_the_permission_a_field_needs(document: str) -> None:
    answer = ask(document, Permission.MANAGE_USERS)
    assert answer.data == {"guarded": None}
    assert answer.errors[0].extensions == {"exception": {"code": "PermissionDenied"}}
    assert ask(document, *Permission).errors is None


def test_a_field_says_the_permission_it_needs() -> None:
    assert '"""Is for staff. Requires MANAGE_ORDERS."""' in SCHEMA.as_str()
    assert '"""Is for staff. Requires MANAGE_PRODUCTS."""' in SCHEMA.as_str()
