"""What an import takes over, and what it leaves alone."""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest

from bittitan_plugin.domain.catalogue import Listed, PlatformVariant, ProductType
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.errors import Refusal
from bittitan_plugin.domain.importing import (
    Article,
    brought_up_to_date,
    check_same_type,
    imported,
    is_visible_change,
    new_product,
    read_article,
)
from bittitan_plugin.domain.money import Money
from tests.fakes.values import product
from tests.tables import every

MAILBOX = ProductType.MAILBOX_LICENSE


def money(text: str) -> Money:
    amount, currency = text.split()
    return Money.of(amount, currency)


def listed(name: str = "Mailbox", price: str = "14 USD") -> Listed:
    return Listed(name=name, price=money(price))


def article(**values: object) -> Article:
    return Article(sku="A", product_type=MAILBOX, listed=listed(**values))  # type: ignore[arg-type]


def variant(**values: object) -> PlatformVariant:
    made = PlatformVariant(
        variant_id="variant-1",
        product_id="product-1",
        product_type=MAILBOX,
        sku="A",
        name="Mailbox",
        prices={},
    )
    return replace(made, **values)  # type: ignore[arg-type]


@every(
    "ours, before, now, expected",
    [
        ("Mailbox", "Mailbox", "Mailbox", "Mailbox"),
        ("Mailbox", "Mailbox", "Mailbox 2", "Mailbox 2"),
        ("Our mailbox", "Mailbox", "Mailbox", "Our mailbox"),
        ("Our mailbox", "Mailbox", "Mailbox 2", "Our mailbox"),
        ("Mailbox 2", "Mailbox", "Mailbox 2", "Mailbox 2"),
        ("Our mailbox", None, "Mailbox", "Our mailbox"),
        ("mailbox", "Mailbox", "Mailbox 2", "mailbox"),
    ],
)
def test_a_name_follows_the_vendor_until_somebody_edits_it(
    ours: str, before: str | None, now: str, expected: str
) -> None:
    was = None if before is None else listed(before)
    assert brought_up_to_date(ours, {}, before=was, now=listed(now))[0] == expected


@every(
    "ours, before, now, expected",
    [
        (["14 USD"], "14 USD", "14 USD", ["14 USD"]),
        (["14 USD"], "14 USD", "15 USD", ["15 USD"]),
        (["14.00 USD"], "14 USD", "15 USD", ["15 USD"]),
        (["19 USD"], "14 USD", "15 USD", ["19 USD"]),
        (["14 USD", "12 EUR"], "14 USD", "15 USD", ["12 EUR", "15 USD"]),
        (["12 EUR"], "14 USD", "15 USD", ["12 EUR"]),
        ([], "14 USD", "15 USD", []),
        (["14 USD"], "14 USD", "13 EUR", ["13 EUR"]),
        (["19 USD"], "14 USD", "13 EUR", ["19 USD"]),
        (["14 USD", "12 EUR"], "14 USD", "13 EUR", ["12 EUR", "14 USD"]),
        (["14 USD"], None, "15 USD", ["14 USD"]),
        ([], None, "15 USD", []),
    ],
)
def test_a_price_follows_the_vendor_until_somebody_edits_it(
    ours: list[str], before: str | None, now: str, expected: list[str]
) -> None:
    prices = {money(text).currency: money(text) for text in ours}
    was = None if before is None else listed(price=before)
    _, found = brought_up_to_date("Mailbox", prices, before=was, now=listed(price=now))
    assert [found[key] for key in sorted(found)] == [money(text) for text in expected]


def test_a_price_of_zero_can_be_imported() -> None:
    free = read_article(sku="A", product_type=MAILBOX, name="Free", price=money("0 USD"))
    assert free.listed.price.is_zero


@every(
    "values, field",
    [
        ({"product_type": "TENANT_MIGRATION"}, "product_type"),
        ({"product_type": ""}, "product_type"),
        ({"product_type": "mailbox_license"}, "product_type"),
        ({"sku": ""}, "sku"),
        ({"sku": " "}, "sku"),
        ({"sku": "A" * 256}, "sku"),
        ({"sku": "A\0"}, "sku"),
        ({"name": ""}, "name"),
        ({"name": "M" * 256}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"price": Money(Decimal(-1), "USD")}, "amount"),
    ],
)
def test_a_row_that_cannot_be_sold_says_why(values: dict[str, object], field: str) -> None:
    sound = {"sku": "A", "product_type": "MAILBOX_LICENSE", "name": "M", "price": money("14 USD")}
    with pytest.raises(Refusal) as refused:
        read_article(**{**sound, **values})  # type: ignore[arg-type]
    assert refused.value.field == field


def test_a_long_unknown_product_type_is_quoted_in_part() -> None:
    with pytest.raises(Refusal) as refused:
        read_article(sku="A", product_type="X" * 500, name="M", price=money("14 USD"))
    assert len(refused.value.message) < 120


def test_a_new_product_is_unpublished_at_the_vendors_list_price() -> None:
    made = new_product(uuid4(), article(), Configuration(expire_days=30, validity_days=60))
    assert (made.published, made.prices) == (False, {"USD": money("14 USD")})
    assert (made.expire_days, made.validity_days) == (30, 60)
    assert made.imported == listed()


def test_what_the_platform_says_of_its_variant_counts() -> None:
    made = new_product(uuid4(), article(), Configuration())
    shown = variant(name="Our mailbox", prices={"EUR": money("12 EUR")}, published=True)
    found = imported(made, article(), shown)
    assert (found.variant_id, found.name, found.published) == ("variant-1", "Our mailbox", True)
    assert found.prices == {"EUR": money("12 EUR")}


def test_a_platform_that_does_not_say_whether_it_shows_it_changes_nothing_about_that() -> None:
    assert product(published=True).following(variant(published=None)).published


def test_the_days_set_here_stay_whatever_the_platform_says() -> None:
    ours = product(expire_days=30, validity_days=60)
    followed = ours.following(variant(name="Other"))
    assert (followed.expire_days, followed.validity_days) == (30, 60)


def test_the_article_number_stays_however_the_platform_numbers_its_variants() -> None:
    assert product(sku="MW-MAILBOX").following(variant(sku="SHOP-7")).sku == "MW-MAILBOX"


def test_a_product_without_an_article_number_takes_the_platforms() -> None:
    assert product(sku="").following(variant(sku="SHOP-7")).sku == "SHOP-7"


def test_a_product_whose_variant_is_gone_is_withdrawn_and_unbound() -> None:
    found = imported(product(variant_id="variant-1", published=True), article(), None)
    assert (found.variant_id, found.published) == (None, False)


def test_an_unbound_product_follows_the_vendor_by_itself() -> None:
    ours = product(variant_id=None, published=False, name="Mailbox", imported=listed())
    found = imported(ours, article(name="Mailbox 2", price="15 USD"), None)
    assert (found.name, found.prices) == ("Mailbox 2", {"USD": money("15 USD")})


def test_what_was_last_imported_is_remembered_even_where_it_is_not_taken_over() -> None:
    ours = product(variant_id=None, published=False, name="Our mailbox", imported=listed())
    found = imported(ours, article(name="Mailbox 2"), None)
    assert (found.name, found.imported) == ("Our mailbox", listed("Mailbox 2"))
    assert not is_visible_change(ours, replace(ours, imported=found.imported))


def test_a_product_never_changes_its_type() -> None:
    bundle = product(product_type=ProductType.USER_MIGRATION_BUNDLE)
    with pytest.raises(Refusal, match="User Migration Bundle here"):
        check_same_type(bundle, article())
