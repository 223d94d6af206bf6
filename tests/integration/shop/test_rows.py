"""What one answer shows is bounded, however little of it has to be loaded."""

from decimal import Decimal

from bittitan_plugin.platforms.shop.ids import Kind, global_id
from bittitan_plugin.platforms.shop.inputs import VariantInput
from tests.integration.shop.shop import Shop

#: Variants of one product, and how often a document goes from them to their product and back.
VARIANTS, TIMES = 12, 4


def test_a_document_that_goes_round_and_round_shows_so_many_objects_and_no_more(
    shop: Shop,
) -> None:
    prices = [(Decimal("1.00"), "USD")]
    wanted = [VariantInput(sku=f"ROUND-{n}", name="Round", prices=prices) for n in range(VARIANTS)]
    kind = shop.platform.catalogue.create_type("Round")
    record = shop.platform.product_changes.create_product(
        name="Round", product_type=kind.slug, published=True, variants=wanted
    )
    product = record.variants[0].product
    document = "query ($id: ID!) { product(id: $id) { id "
    document += "variants { product { " * TIMES + "id" + " } }" * TIMES + " } }"

    answer = shop.answer(document, id=global_id(Kind.PRODUCT, product.id))
    codes = {error["extensions"]["exception"]["code"] for error in answer["errors"]}
    assert codes == {"QueryRowsError"}


def test_a_page_of_a_hundred_with_what_belongs_to_each_is_shown(shop: Shop) -> None:
    for _ in range(3):
        shop.buy()
    document = "{ me { orders(first: 100) { edges { node { lines { id } invoices { id } } } } } }"
    edges = shop.ask(document, shop.customer)["me"]["orders"]["edges"]
    assert [len(edge["node"]["lines"]) for edge in edges] == [1, 1, 1]
