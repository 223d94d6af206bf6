"""The ready-made operations of staff who look after the catalogue, one after the other."""

from bittitan_graphql.global_ids import PRODUCT, global_id
from tests.integration.catalogue.market import Market
from tests.integration.graphql_extension.operations import load, operation_files

RUN = [f"catalogue/{name}.graphql" for name in ("services-definition", "products")] + [
    f"catalogue/product-{name}.graphql" for name in ("create", "update", "delete")
]


def test_every_operation_of_the_catalogue_is_executed_here() -> None:
    assert sorted(RUN) == operation_files("catalogue")


def test_the_catalogues_operations_answer(market: Market) -> None:
    fetch, products, create, update, delete = map(load, RUN)
    assert market.ask(fetch)["created"] == 5
    assert market.ask(products)["totalCount"] == 5
    given = {"sku": "A", "name": "Mailbox", "productType": "MAILBOX_LICENSE"}
    made = market.ask(create, input=given)["product"]
    assert made["id"] == global_id(PRODUCT, market.product("A").id)
    priced = {"published": True, "prices": [{"amount": "14.00", "currency": "USD"}]}
    assert market.ask(update, id=made["id"], input=priced)["product"]["published"]
    assert market.ask(delete, id=made["id"])["product"]["id"] == made["id"]
