"""What one request may ask the subgraph for: the same limits as anywhere else."""

import asyncio
from typing import Any

from bittitan_graphql.query_limits import DEEPEST, MOST_ALIASES
from bittitan_graphql.subgraph import build_subgraph

SCHEMA = build_subgraph()


def refusal(document: str, **variables: Any) -> str:
    """The code of the one error."""
    result = asyncio.run(SCHEMA.execute(document, variables, context_value={}))
    assert result.errors is not None
    (error,) = result.errors
    return str((error.extensions or {}).get("exception", {}).get("code"))


def nested(depth: int) -> str:
    """Accounts and their resellers, that deep."""
    return "{ bittitanAccount(id: 1) " + "{ reseller " * depth + "{ id }" + " }" * depth + " }"


def test_depth_is_limited() -> None:
    assert refusal(nested(DEEPEST + 1)) == "QueryDepthError"


def test_aliases_are_limited() -> None:
    fields = " ".join(f"a{n}: bittitanAsset(id: 1) {{ id }}" for n in range(MOST_ALIASES + 1))
    assert refusal("{ " + fields + " }") == "QueryAliasError"


def test_cost_is_limited() -> None:
    pages = "edges { node { history { at } account { id } } }"
    many = " ".join(f"a{n}: bittitanAssets(first: 100) {{ {pages} }}" for n in range(45))
    assert refusal("{ " + many + " }") == "QueryCostError"


def test_fragments_that_spread_each_other_twice_are_measured_once() -> None:
    """Walked anew each time they would take 2⁶⁰ steps, and so for ever."""
    parts = [f"fragment F{n} on BitTitanAccount {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60)]
    last = "fragment F60 on BitTitanAccount { reseller { id } }"
    document = "{ bittitanAccount(id: 1) { ...F0 } } " + " ".join([*parts, last])
    assert refusal(document) == "QueryCostError"
