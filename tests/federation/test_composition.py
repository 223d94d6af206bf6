"""The subgraph composes with Saleor's, checked by the composer that gateways' operators use.

With ``SALEOR_URL`` set it composes with that Saleor's own schema too.
"""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from bittitan_graphql.subgraph import build_subgraph
from tests.waiting import PATIENCE_S

HERE = Path(__file__).parent
#: CI sets it: what cannot run there is a failure, not a skip.
REQUIRED = "BITTITAN_TEST_REQUIRE_COMPOSITION"


@pytest.fixture(scope="session")
def composer() -> Path:
    """Node and the packages of ``package-lock.json``; skips, or fails where required, without."""
    missing = None
    if shutil.which("node") is None:
        missing = "no node to compose with"
    elif not (HERE / "node_modules").is_dir():
        missing = "npm ci has not been run in tests/federation"
    if missing and os.environ.get(REQUIRED):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)
    return HERE / "compose.mjs"


@pytest.fixture(scope="session")
def ours() -> str:
    return build_subgraph().as_str()


def composed(composer: Path, directory: Path, saleor: str, sdl: str) -> dict[str, object]:
    """What came of composing these two."""
    for name, text in (("saleor", saleor), ("bittitan", sdl)):
        (directory / f"{name}.graphql").write_text(text)
    command = ["node", str(composer)]
    command += [f"{name}={directory / name}.graphql" for name in ("saleor", "bittitan")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert run.stdout, run.stderr
    return dict(json.loads(run.stdout))


@pytest.fixture(scope="session")
def saleor() -> str:
    return (HERE / "saleor.graphql").read_text()


def test_it_composes_with_saleors_schema(
    composer: Path, tmp_path: Path, saleor: str, ours: str
) -> None:
    found = composed(composer, tmp_path, saleor, ours)
    assert "errors" not in found
    supergraph = str(found["supergraph"])
    (order,) = re.findall(r"^type Order .*?^}", supergraph, re.MULTILINE | re.DOTALL)
    assert "number" in order
    assert "bittitanAssets" in order


def test_a_gateway_goes_from_an_asset_to_saleors_order(
    composer: Path, tmp_path: Path, saleor: str, ours: str
) -> None:
    supergraph = str(composed(composer, tmp_path, saleor, ours)["supergraph"])
    (asset,) = re.findall(r"^type BitTitanAsset .*?^}", supergraph, re.MULTILINE | re.DOTALL)
    assert re.search(r"^  order: Order$", asset, re.MULTILINE)
    (order,) = re.findall(r"^type Order .*?{", supergraph, re.MULTILINE | re.DOTALL)
    # Both know an order by its id: what ours names, Saleor's can be asked for.
    assert order.count('key: "id"') == 2


@pytest.mark.parametrize(
    "wrong",
    [
        "type Money {\n  amount: Float!\n}\n",
        "type PageInfo {\n  hasNextPage: Boolean!\n}\n",
        "extend type Query {\n  plugin(id: ID!): Int\n}\n",
        "extend type Order {\n  number: String!\n}\n",
    ],
)
def test_the_fixture_catches_a_name_of_saleors(
    composer: Path, tmp_path: Path, saleor: str, ours: str, wrong: str
) -> None:
    assert "errors" in composed(composer, tmp_path, saleor, ours + wrong)


def test_it_is_a_federation_two_schema_of_the_pinned_version(ours: str) -> None:
    assert '@link(url: "https://specs.apollo.dev/federation/v2.5"' in ours


def test_the_only_entities_are_saleors_three_with_our_fields(ours: str) -> None:
    assert re.findall(r"^type (\w+) @key\(fields: \"id\"\)", ours, re.MULTILINE) == [
        "Order",
        "ProductVariant",
        "User",
    ]


def test_every_field_on_saleors_types_is_nullable(ours: str) -> None:
    for name in ("Order", "User", "ProductVariant"):
        (body,) = re.findall(rf"^type {name} @key.*?^}}", ours, re.MULTILINE | re.DOTALL)
        added = re.findall(r"^  (bittitan\w+)[^:]*: (.+)$", body, re.MULTILINE)
        assert added
        assert all(not kind.endswith("!") for _, kind in added)


def test_every_name_but_saleors_and_graphqls_own_is_prefixed(ours: str) -> None:
    kinds = re.findall(r"^(?:type|enum|input|interface|union) (\w+)", ours, re.MULTILINE)
    allowed = {"Order", "User", "ProductVariant", "Query", "Mutation", "_Service", "_Entity"}
    assert {kind for kind in kinds if not kind.startswith("BitTitan")} <= allowed


@pytest.mark.skipif("SALEOR_URL" not in os.environ, reason="SALEOR_URL names no Saleor")
def test_it_composes_with_a_living_saleor(composer: Path, tmp_path: Path, ours: str) -> None:
    query = {"query": "{ _service { sdl } }"}
    answer = httpx.post(os.environ["SALEOR_URL"], json=query, timeout=PATIENCE_S)
    live = answer.json()["data"]["_service"]["sdl"]
    assert "errors" not in composed(composer, tmp_path, live, ours)
