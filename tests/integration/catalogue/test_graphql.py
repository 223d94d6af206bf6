"""The catalogue's mutations: permissions, payloads, and a typed error on every bad input."""

from typing import Any

import pytest

from bittitan_graphql.global_ids import ASSET, PRODUCT, global_id
from bittitan_plugin.domain.access import ANONYMOUS, Permission, Viewer
from bittitan_plugin.domain.catalogue import Product
from tests.integration.catalogue.market import STAFF, Market, row
from tests.tables import every

FETCH = """
mutation {
  bittitanServicesDefinitionFetch {
    productTypes { productType { name } created }
    created updated unchanged bound skipped { position sku reason } skippedMore
    errors { field message code }
  }
}
"""
CREATE = """
mutation ($input: BitTitanProductCreateInput!) {
  bittitanProductCreate(input: $input) {
    product { id sku name published variantId expireDays validityDays prices { amount currency } }
    errors { field message code }
  }
}
"""
UPDATE = """
mutation ($id: ID!, $input: BitTitanProductUpdateInput!) {
  bittitanProductUpdate(id: $id, input: $input) {
    product { name published prices { amount currency } } errors { field message code }
  }
}
"""
DELETE = """
mutation ($id: ID!) {
  bittitanProductDelete(id: $id) { product { sku } errors { field message code } }
}
"""
SOUND = {"sku": "A", "name": "Mailbox", "productType": "MAILBOX_LICENSE"}
CALLS: list[tuple[str, dict[str, Any]]] = [
    (FETCH, {}),
    (CREATE, {"input": SOUND}),
    (UPDATE, {"id": "x", "input": {}}),
    (DELETE, {"id": "x"}),
]
NOT_ALLOWED = [
    ANONYMOUS,
    Viewer(customer_id="buyer", email="buyer@example.com"),
    Viewer(email="s@example.com", is_staff=True, permissions=frozenset({Permission.MANAGE_ORDERS})),
]


def errors(answer: Any) -> list[tuple[str | None, str]]:
    return [(error["field"], error["code"]) for error in answer["errors"]]


@pytest.fixture
def product(market: Market) -> Product:
    """A published product."""
    market.vendor_lists(row("SOLD"))
    market.fetch()
    sold = market.product("SOLD")
    market.ask(UPDATE, id=global_id(PRODUCT, sold.id), input={"published": True})
    return market.product("SOLD")


def test_services_definition_says_what_it_did(market: Market) -> None:
    market.vendor_lists(row("A"), row("B", amount="abc"))
    answer = market.ask(FETCH)
    (skipped,) = answer.pop("skipped")
    assert (skipped["position"], skipped["sku"], "abc" in skipped["reason"]) == (1, None, True)
    assert answer == {
        "productTypes": [
            {"productType": {"name": "BitTitan Mailbox License"}, "created": True},
            {"productType": {"name": "BitTitan User Migration Bundle"}, "created": True},
        ],
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "bound": 0,
        "skippedMore": 0,
        "errors": [],
    }


def test_services_definition_lists_a_hundred_skipped_rows_and_counts_the_rest(
    market: Market,
) -> None:
    market.vendor_lists(*("nothing" for _ in range(103)))
    answer = market.ask(FETCH)
    assert (len(answer["skipped"]), answer["skippedMore"]) == (100, 3)


@pytest.mark.parametrize(
    ("fault", "code"),
    [({"status": 503}, "VENDOR_UNAVAILABLE"), ({"status": 403}, "VENDOR_REJECTED")],
)
def test_a_vendor_failure_is_a_typed_error(
    market: Market, fault: dict[str, int], code: str
) -> None:
    market.sandbox.sandbox.faults.add("status", operation="products", **fault)
    answer = market.ask(FETCH)
    assert errors(answer) == [(None, code)]
    assert [each["created"] for each in answer["productTypes"]] == [True, True]


def test_an_interrupted_fetch_says_what_was_imported_before(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    market.vendor_lists(*(row(f"A-{number:03}") for number in range(150)))
    present, faults = type(market.platform.host).present, market.sandbox.sandbox.faults

    def then_fail(host: Any, *arguments: Any) -> Any:
        faults.add("status", operation="products", status=503)
        return present(host, *arguments)

    monkeypatch.setattr(type(market.platform.host), "present", then_fail)
    answer = market.ask(FETCH)
    assert (answer["created"], errors(answer)) == (100, [(None, "VENDOR_UNAVAILABLE")])


@pytest.mark.parametrize(
    "settings", [{"api_password": "wrong"}, {"api_email": "nobody@example.com"}], ids=str
)
def test_a_setting_at_fault_is_a_misconfigured_plugin(
    market: Market, settings: dict[str, Any]
) -> None:
    market.switch(**settings)
    assert errors(market.ask(FETCH)) == [(None, "PLUGIN_MISCONFIGURED")]


@every("document, variables", CALLS)
@every("viewer", NOT_ALLOWED)
def test_the_catalogue_needs_manage_products(
    market: Market, viewer: Viewer, document: str, variables: dict[str, Any]
) -> None:
    with pytest.raises(AssertionError, match="MANAGE_PRODUCTS"):
        market.ask(document, viewer, **variables)


@every("document, variables", CALLS)
def test_switched_off_the_catalogue_cannot_be_changed(
    market: Market, document: str, variables: dict[str, Any]
) -> None:
    market.switch(active=False)
    known = {"id": global_id(PRODUCT, market.id)} if "id" in variables else {}
    answer = market.ask(document, **{**variables, **known})
    assert errors(answer) == [(None, "PLUGIN_INACTIVE")]


def test_a_product_is_created_published_renamed_and_withdrawn(market: Market) -> None:
    market.vendor_lists()
    market.fetch()
    made = market.ask(
        CREATE,
        input={**SOUND, "prices": [{"amount": "14.00", "currency": "USD"}], "expireDays": 30},
    )["product"]
    assert made == {
        "id": global_id(PRODUCT, market.product("A").id),
        "sku": "A",
        "name": "Mailbox",
        "published": False,
        "variantId": market.variant_id(market.variant("A")),
        "expireDays": 30,
        "validityDays": 365,
        "prices": [{"amount": "14.00", "currency": "USD"}],
    }
    for change in ({"published": True}, {"name": "Our mailbox"}, {"published": False}):
        changed = market.ask(UPDATE, id=made["id"], input=change)
        assert {key: changed["product"][key] for key in change} == change


def test_a_product_is_deleted(market: Market, product: Product) -> None:
    answer = market.ask(DELETE, id=global_id(PRODUCT, product.id))
    assert answer == {"product": {"sku": "SOLD"}, "errors": []}
    assert market.products() == []


def test_a_product_that_was_sold_is_not_deleted(market: Market, product: Product) -> None:
    market.sell(product)
    answer = market.ask(DELETE, id=global_id(PRODUCT, product.id))
    assert (answer["product"], errors(answer)) == (None, [("id", "INVALID")])
    assert "withdraw" in answer["errors"][0]["message"]


@every(
    "values, field, code",
    [
        ({"sku": None}, "sku", "REQUIRED"),
        ({"sku": ""}, "sku", "REQUIRED"),
        ({"sku": "A" * 256}, "sku", "INVALID"),
        ({"name": None}, "name", "REQUIRED"),
        ({"name": "M" * 256}, "name", "INVALID"),
        ({"productType": None}, "productType", "REQUIRED"),
        ({"expireDays": 3651}, "expireDays", "INVALID"),
        ({"validityDays": 0}, "validityDays", "INVALID"),
        ({"published": True}, "prices", "REQUIRED"),
        ({"prices": [{"amount": "", "currency": "USD"}]}, "prices[0].amount", "INVALID"),
        ({"prices": [{"amount": "abc", "currency": "USD"}]}, "prices[0].amount", "INVALID"),
        ({"prices": [{"amount": "1", "currency": ""}]}, "prices[0].currency", "INVALID"),
        ({"variantId": ""}, "variantId", "REQUIRED"),
        ({"variantId": "x" * 300}, "variantId", "INVALID"),
        ({"variantId": "UHJvZHVjdDox"}, "variantId", "NOT_FOUND"),
    ],
)
def test_bad_input_is_a_typed_error_on_its_field(
    market: Market, values: dict[str, Any], field: str, code: str
) -> None:
    market.vendor_lists()
    market.fetch()
    answer = market.ask(CREATE, input={**SOUND, **values})
    assert (answer["product"], errors(answer)) == (None, [(field, code)])
    assert market.products() == []


@every("missing", SOUND)
def test_a_missing_field_is_a_typed_error_on_it(market: Market, missing: str) -> None:
    given = {key: value for key, value in SOUND.items() if key != missing}
    assert errors(market.ask(CREATE, input=given)) == [(missing, "REQUIRED")]


@every("document", [UPDATE, DELETE])
@every("kind, code", [(None, "GRAPHQL_ERROR"), (ASSET, "GRAPHQL_ERROR"), (PRODUCT, "NOT_FOUND")])
def test_an_id_that_is_no_products_is_a_typed_error_on_it(
    market: Market, document: str, kind: str | None, code: str
) -> None:
    # The installation's key is a sound one, but no product's.
    given = global_id(kind, market.id) if kind else ""
    answer = market.ask(document, id=given, **({"input": {}} if document == UPDATE else {}))
    assert (answer["product"], errors(answer)) == (None, [("id", code)])


def test_staff_read_what_they_need_to_bind_a_product(market: Market, product: Product) -> None:
    answer = market.ask(
        "{ bittitanProducts(first: 1) { edges { node {"
        " sku published variantId expireDays validityDays prices { amount currency } } } } }",
        STAFF,
    )
    assert answer["edges"][0]["node"] == {
        "sku": "SOLD",
        "published": True,
        "variantId": product.variant_id,
        "expireDays": 365,
        "validityDays": 365,
        "prices": [{"amount": "14.00", "currency": "USD"}],
    }
