"""Two installations in one database whose platforms call their own things by the very same ids.

Everything that can be asked is asked of both, by staff who may do everything and by a customer;
no text of the one is in any answer of the other.
"""

import asyncio
import json

import pytest

from bittitan_graphql.context import CONTEXT_KEY, RequestScope
from bittitan_plugin.base.patience import Patience
from bittitan_plugin.domain.access import Permission, Viewer
from tests.security import subgraph
from tests.security.arguments import MUTATIONS, QUERIES
from tests.security.belongings import (
    END_CUSTOMER,
    NOW,
    RESELLER,
    Belongings,
    address_of,
    settle_in,
)
from tests.security.permission_fixture import HERE, Rewinding, Stage
from tests.security.walking import mutation_document, root_document
from tests.tables import every

STAFF = "staff"
#: What stands in no answer about an installation but its own.
THERE = "bergen"
TAGS = (HERE, THERE)
#: They are about the installation as a whole: run there, they do their work there.
OWN = {
    "bittitanCouponStockImport", "bittitanReconcile", "bittitanProductCreate",
    "bittitanServicesDefinitionFetch",
}  # fmt: skip
SCHEMA = subgraph.opened()
ROOTS = sorted(name for name in SCHEMA._schema.query_type.fields if name.startswith("bittitan"))  # type: ignore[union-attr]


@pytest.fixture(scope="module")
def neighbour(stage: Stage) -> Belongings:
    """The other installation's, under the platform ids of the first."""
    there = settle_in(stage.other, stage.ids, THERE)
    with stage.other.writing() as work:
        user, account = stage.ids.customers[END_CUSTOMER], there.accounts[END_CUSTOMER]
        work.accounts.prove(user, account.email, NOW)
    return there


def ask(stage: Stage, tag: str, viewer: str, document: str) -> str:
    return asyncio.run(asked(stage, tag, viewer, document))


async def asked(stage: Stage, tag: str, viewer: str, document: str) -> str:
    person = (
        Viewer(email="staff@example.com", is_staff=True, permissions=frozenset(Permission))
        if viewer == STAFF
        else Viewer(customer_id=stage.ids.customers[viewer], email=address_of(tag, viewer))
    )
    scope = RequestScope(
        tenant=stage.tenant if tag == HERE else stage.other,
        viewer=person,
        patience=Patience(pauses=0),
    )
    result = await SCHEMA.execute(document, context_value={CONTEXT_KEY: scope})
    return json.dumps([result.data, [error.message for error in result.errors or ()]], default=str)


def about(name: str, stage: Stage) -> str:
    """A query for whatever there is; by ids of the first installation, where it takes one."""
    field = SCHEMA._schema.query_type.fields[name]  # type: ignore[union-attr]
    return root_document(name, field, QUERIES[name](stage) if name in QUERIES else [""])


@pytest.mark.usefixtures("neighbour")
@pytest.mark.parametrize("viewer", [STAFF, RESELLER, END_CUSTOMER])
@every("name", ROOTS)
def test_no_answer_of_one_holds_anything_of_the_other(stage: Stage, name: str, viewer: str) -> None:
    document = about(name, stage)
    for tag, other in (TAGS, TAGS[::-1]):
        assert other not in ask(stage, tag, viewer, document).lower()


@pytest.mark.usefixtures("neighbour")
@every("name", sorted(each for each in MUTATIONS if each.startswith("bittitan")))
def test_what_belongs_to_one_cannot_be_changed_through_the_other(stage: Stage, name: str) -> None:
    field = SCHEMA._schema.mutation_type.fields[name]  # type: ignore[union-attr]
    document = mutation_document(name, field, MUTATIONS[name](stage))
    rewinding = Rewinding(stage.file)
    try:
        answers = [ask(stage, THERE, viewer, document) for viewer in (STAFF, RESELLER)]
        if name in OWN:
            assert HERE not in "".join(answers).lower()
        else:
            assert "NOT_FOUND" in answers[0]
            assert not rewinding.changed()
    finally:
        rewinding.rewind()
        rewinding.close()


@pytest.mark.usefixtures("neighbour")
def test_requests_at_once_of_both_share_nothing_that_was_loaded(stage: Stage) -> None:
    """A loader kept for longer than a request would give one what was loaded for the other."""
    wanted = f'representations: [{{__typename: "Order", id: "{stage.ids.order}"}}]'
    shown = "friendlyName product { name } account { email }"
    document = f"{{ _entities({wanted}) {{ ... on Order {{ bittitanAssets {{ {shown} }} }} }} }}"

    async def both() -> list[str]:
        return await asyncio.gather(*(asked(stage, tag, RESELLER, document) for tag in TAGS * 10))

    for tag, other, text in zip(TAGS * 10, TAGS[::-1] * 10, asyncio.run(both()), strict=True):
        assert tag in text.lower()
        assert other not in text.lower()
