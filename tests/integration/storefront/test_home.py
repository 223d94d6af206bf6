"""``/`` leads everybody to where they have something to do."""

from tests.integration.portal.browsing import Counter, Visitor


def led(visitor: Visitor) -> str:
    """Where ``/`` leads."""
    return visitor.request("GET", "/").url.path


def test_a_stranger_is_led_to_what_is_on_sale(counter: Counter) -> None:
    assert led(counter.visitor(None)) == "/shop/"


def test_a_stranger_is_led_to_the_sign_in_while_nothing_is_on_sale(counter: Counter) -> None:
    storefront = counter.storefront
    # What other tests sell is on sale here, too.
    for variant in storefront.platform.catalogue.on_sale():
        storefront.platform.product_changes.update_product(variant.product.id, published=False)
    assert led(counter.visitor(None)) == "/sign-in"


def test_everybody_else_is_led_to_their_own_pages(counter: Counter) -> None:
    assert led(counter.reseller) == "/portal/"
    assert led(counter.visitor(counter.storefront.staff)) == "/admin/"
