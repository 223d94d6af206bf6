"""The subgraph over HTTP: whose Saleor, who is asking, and what a gateway may send."""

from typing import Any

import httpx

from bittitan_graphql.http import LARGEST_REQUEST
from bittitan_plugin.domain.catalogue import ProductType
from tests.fakes.saleor.records import User
from tests.integration.saleor.inbound.conftest import Station, Stations
from tests.tables import every
from tests.world import product

ENTITIES = """query($representations: [_Any!]!) {
  _entities(representations: $representations) {
    ... on Order { id bittitanAssets { id } }
    ... on User { id bittitanAssets { id } bittitanAccount { id } }
    ... on ProductVariant { id bittitanProduct { sku } }
  }
}"""


def post(station: Station, query: str, path: str = "/saleor/graphql/", **options: Any) -> Any:
    headers = dict(options.pop("headers", {}))
    if user := options.pop("user", None):
        headers["Authorization"] = f"Bearer {token(station, user)}"
    body = {"query": query, "variables": options}
    answer: httpx.Response = station.http.post(path, json=body, headers=headers)
    return answer


def token(station: Station, user: User) -> str:
    signing = station.server.saleor.signing
    return signing.token(station.server.api_url, user, now=station.clock())


def names(station: Station) -> dict[str, str]:
    return {"Saleor-Api-Url": station.server.api_url}


def test_a_gateway_reads_the_sdl_without_saying_who_it_is(station: Station) -> None:
    sdl = post(station, "{ _service { sdl } }").json()["data"]["_service"]["sdl"]
    assert 'type Order @key(fields: "id")' in sdl
    assert "https://specs.apollo.dev/federation/v2.5" in sdl


def test_an_order_is_asked_for_by_its_key_and_shows_strangers_nothing(station: Station) -> None:
    representations = [{"__typename": "Order", "id": "T3JkZXI6MQ=="}]
    answer = post(station, ENTITIES, representations=representations, headers=names(station)).json()
    assert answer["data"]["_entities"] == [{"id": "T3JkZXI6MQ==", "bittitanAssets": None}]
    assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"


def test_what_a_request_cost_is_said_in_saleors_words(station: Station) -> None:
    answer = post(station, "{ bittitanAssets(first: 10) { totalCount } }", headers=names(station))
    assert answer.json()["extensions"]["cost"] == {
        "requestedQueryCost": 10,
        "maximumAvailable": 50_000,
    }


def test_a_customer_sees_its_own_assets_of_an_order(station: Station) -> None:
    customer = station.server.saleor.add_customer("buyer@example.com")
    representations = [{"__typename": "Order", "id": "T3JkZXI6MQ=="}]
    answer = post(station, ENTITIES, representations=representations, user=customer).json()
    assert answer["data"]["_entities"] == [{"id": "T3JkZXI6MQ==", "bittitanAssets": []}]


def test_everybody_reads_what_a_variant_sells_at_the_saleor_it_is_about(
    stations: Stations,
) -> None:
    here, there = stations.open(), stations.open()
    for each, sku in ((here, "HERE"), (there, "THERE")):
        each.sender.install()
        with each.application.ports.store.writing(each.installed.installation_id) as work:
            work.products.add(product(ProductType.MAILBOX_LICENSE, sku, "VmFyaWFudDox", "1.00"))
    representations = [{"__typename": "ProductVariant", "id": "VmFyaWFudDox"}]
    for each, sku in ((here, "HERE"), (there, "THERE")):
        answer = post(each, ENTITIES, representations=representations, headers=names(each)).json()
        assert answer["data"]["_entities"][0]["bittitanProduct"] == {"sku": sku}


def test_a_saleor_that_has_removed_the_app_is_answered_nothing_more(station: Station) -> None:
    with station.application.ports.store.writing(station.installed.installation_id) as work:
        work.products.add(product(ProductType.MAILBOX_LICENSE, "HERE", "VmFyaWFudDox", "1.00"))
    station.sender.deliver(station.sender.uninstall())
    representations = [{"__typename": "ProductVariant", "id": "VmFyaWFudDox"}]
    answer = post(station, ENTITIES, representations=representations, headers=names(station)).json()
    assert answer["errors"][0]["extensions"]["exception"]["code"] == "REQUIRED"


def test_a_request_that_is_too_large_is_refused_with_the_reason(station: Station) -> None:
    answer = post(station, "{ _service { sdl } }", padding="x" * LARGEST_REQUEST)
    assert answer.status_code == 413
    assert "at most 6 MB" in answer.json()["errors"][0]["message"]


def test_without_a_saleor_named_the_field_says_how_to_name_one(stations: Stations) -> None:
    for each in (stations.open(), stations.open()):
        each.sender.install()
    answer = post(each, "{ bittitanAssets(first: 1) { totalCount } }").json()
    (error,) = answer["errors"]
    assert "Saleor-Api-Url" in error["message"]
    assert error["extensions"]["exception"]["code"] == "REQUIRED"


@every("header", [{"Authorization": "Bearer {}"}, {"Authorization-Bearer": "{}"}])
def test_a_forwarded_token_is_read_from_either_header(
    station: Station, header: dict[str, str]
) -> None:
    staff = station.server.saleor.add_staff("staff@example.com", "MANAGE_ORDERS")
    headers = {name: value.format(token(station, staff)) for name, value in header.items()}
    answer = post(station, "{ bittitanAssets(first: 1) { totalCount } }", headers=headers).json()
    assert answer["data"] == {"bittitanAssets": {"totalCount": 0}}


def test_a_token_that_is_not_to_be_believed_ends_the_request(station: Station) -> None:
    headers = {"Authorization": "Bearer nonsense"}
    answer = post(station, "{ _service { sdl } }", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["extensions"]["exception"]["code"] == "InvalidTokenError"


def test_when_saleor_cannot_say_what_staff_may_do_the_answer_is_try_again(
    station: Station,
) -> None:
    station.server.saleor.faults.add("status", "staff_permissions", status=502)
    staff = station.server.saleor.add_staff("staff@example.com", "MANAGE_ORDERS")
    assert post(station, "{ bittitanProductTypes { name } }", user=staff).status_code == 503


@every(
    "representations, message",
    [
        ([{"__typename": "Order", "id": "x"}] * 101, "has 101 entries; 100 are allowed"),
        ([{"__typename": "BitTitanAsset", "id": "x"}], "no entity of that type"),
        ([{"__typename": "_Service"}], "no entity of that type"),
        ([{"id": "x"}], "no entity of that type"),
        ([{"__typename": "Order"}], "id must be a text"),
        ([{"__typename": "Order", "id": 7}], "id must be a text"),
        ([{"__typename": "Order", "id": {"a": 1}}], "id must be a text"),
        ([{"__typename": "Order", "id": "x" * 300}], "id must be a text"),
        (["x"], "must be an object"),
    ],
)
def test_a_malformed_representation_is_refused_with_its_place(
    station: Station, representations: list[object], message: str
) -> None:
    answer = post(station, ENTITIES, representations=representations, headers=names(station))
    assert message in answer.json()["errors"][0]["message"]


def test_fields_a_gateway_adds_to_a_representation_are_ignored(station: Station) -> None:
    representation = {"__typename": "Order", "id": "x", "userEmail": "y", "is_staff": True}
    answer = post(station, ENTITIES, representations=[representation], headers=names(station))
    assert answer.json()["data"]["_entities"][0]["id"] == "x"


def test_at_the_shared_address_a_saleor_token_reaches_the_subgraph(station: Station) -> None:
    customer = station.server.saleor.add_customer("buyer@example.com")
    answer = post(station, "{ _service { sdl } }", "/graphql/", user=customer)
    assert "@key" in answer.json()["data"]["_service"]["sdl"]
