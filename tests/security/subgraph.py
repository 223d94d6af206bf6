"""The subgraph a gateway asks, tried with the same things and the same people."""

import asyncio
from copy import copy

from strawberry.extensions import ParserCache, ValidationCache
from strawberry.types import ExecutionResult

from bittitan_graphql.context import CONTEXT_KEY, RequestScope
from bittitan_graphql.subgraph import Subgraph, build_subgraph
from bittitan_plugin.base.patience import Patience
from bittitan_plugin.domain.access import ANONYMOUS as NOBODY
from bittitan_plugin.domain.access import Permission, Viewer
from bittitan_plugin.platforms.shop.customers import viewer_of
from tests.security import matrix
from tests.security.permission_fixture import ANONYMOUS, APP, ELSEWHERE, VIEWERS, Stage

#: An app's token proves nobody: the request ends before anything is asked.
ASKING = tuple(viewer for viewer in VIEWERS if viewer != APP)
#: Rows of the table that only the subgraph has, besides Saleor's entities.
ITS_OWN = {"BitTitanAsset.order"}


def asked(stage: Stage, schema: Subgraph, viewer: str) -> matrix.Row:
    """What that viewer gets of the subgraph."""

    def ask(_root: str, document: str) -> ExecutionResult:
        return answer(stage, schema, viewer, document)

    plain = schema._schema
    return matrix.walked(stage, plain, ask) | matrix.entities(stage, plain, ask)


def answer(stage: Stage, schema: Subgraph, viewer: str, document: str) -> ExecutionResult:
    """What the subgraph answers that viewer."""
    scope = RequestScope(
        tenant=stage.other if viewer == ELSEWHERE else stage.tenant,
        viewer=_viewer(stage, viewer),
        patience=Patience(pauses=0),
    )
    return asyncio.run(schema.execute(document, context_value={CONTEXT_KEY: scope}))


def opened() -> Subgraph:
    """The schema; what documents may cost is another test's matter."""
    schema = copy(build_subgraph())  # the process has one, with its limits
    schema.extensions = (lambda: ParserCache(maxsize=99), lambda: ValidationCache(maxsize=99))
    return schema


def _viewer(stage: Stage, viewer: str) -> Viewer:
    if viewer == ANONYMOUS:
        return NOBODY
    if viewer == ELSEWHERE:
        return Viewer(email="staff@example.com", is_staff=True, permissions=frozenset(Permission))
    return viewer_of(stage.people[viewer])
