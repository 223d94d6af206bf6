"""Each product hook: our products follow the platform's variants, and assets never do."""

from typing import Any

import pytest

from bittitan_hooks import specs
from bittitan_plugin.domain.catalogue import Product
from bittitan_plugin.domain.money import Money
from tests.fakes.host import line
from tests.tables import every
from tests.world import MAILBOX, Shop

ACCEPTED, IGNORED, *_ = specs.OutcomeStatus
TYPE = "bittitan-mailbox-license"
NEW = "variant-new"
DELETED = ["product_deleted", "product_variant_deleted"]


def fire(shop: Shop, hook: str, **values: Any) -> specs.Outcome:
    kind = getattr(specs, "".join(part.title() for part in hook.split("_")))
    given = {"product_id": "product-1", "product_type": TYPE, **values}
    (outcome,) = getattr(shop.world.plugins.hook, hook)(event=kind(installation=shop.key, **given))
    assert isinstance(outcome, specs.Outcome)
    return outcome


def variant(shop: Shop, hook: str, variant_id: str = NEW, **values: Any) -> specs.Outcome:
    given = {
        "sku": "MW-100",
        "name": "Mailbox, 100 GB",
        "prices": [{"amount": "20", "currency": "USD"}, {"amount": "18.50", "currency": "EUR"}],
        **values,
    }
    return fire(shop, hook, variant_id=variant_id, **given)


def product(shop: Shop, variant_id: str) -> Product | None:
    with shop.tenant.reading() as work:
        return work.products.of_variants([variant_id]).get(variant_id)


def is_published(shop: Shop, variant_id: str) -> bool:
    found = product(shop, variant_id)
    assert found is not None
    return found.published


def test_hook_product_variant_created(shop: Shop) -> None:
    shop.configure(expire_days="30", validity_days="60")
    assert variant(shop, "product_variant_created").status is ACCEPTED
    made = product(shop, NEW)
    assert made is not None
    assert (made.sku, made.name, made.product_type) == (
        "MW-100",
        "Mailbox, 100 GB",
        "MAILBOX_LICENSE",
    )
    assert (made.expire_days, made.validity_days) == (30, 60)
    assert made.prices == {"USD": Money.of("20", "USD"), "EUR": Money.of("18.50", "EUR")}


@every("product_type", ["t-shirt", None])
def test_a_variant_of_another_type_is_not_ours(shop: Shop, product_type: str | None) -> None:
    outcome = variant(shop, "product_variant_created", product_type=product_type)
    assert (outcome.status, product(shop, NEW)) == (IGNORED, None)


def test_hook_product_variant_updated(shop: Shop) -> None:
    prices = [{"amount": "15", "currency": "USD"}]
    assert variant(shop, "product_variant_updated", MAILBOX, prices=prices).status is ACCEPTED
    followed = product(shop, MAILBOX)
    assert followed is not None
    assert (followed.name, followed.prices) == ("Mailbox, 100 GB", {"USD": Money.of("15", "USD")})


def test_a_variant_that_changes_leaves_sold_assets_as_they_are(shop: Shop) -> None:
    asset = shop.buy(line())
    variant(shop, "product_variant_updated", MAILBOX)
    assert shop.asset(asset.id) == asset


def test_hook_product_variant_deleted(shop: Shop) -> None:
    asset = shop.buy(line())
    assert variant(shop, "product_variant_deleted", MAILBOX).status is ACCEPTED
    assert product(shop, MAILBOX) is None
    assert shop.asset(asset.id) == asset


def test_hook_product_created(shop: Shop) -> None:
    variant(shop, "product_variant_created")
    outcome = fire(shop, "product_created", variant_ids=[NEW], published=True)
    assert (outcome.status, is_published(shop, NEW)) == (ACCEPTED, True)


def test_hook_product_updated(shop: Shop) -> None:
    outcome = fire(shop, "product_updated", variant_ids=[MAILBOX], published=False)
    assert (outcome.status, is_published(shop, MAILBOX)) == (ACCEPTED, False)


def test_a_product_that_is_not_ours_is_ignored(shop: Shop) -> None:
    outcome = fire(shop, "product_updated", variant_ids=["shirt"], product_type="t-shirt")
    assert outcome.status is IGNORED


def test_hook_product_deleted(shop: Shop) -> None:
    assert fire(shop, "product_deleted", variant_ids=[MAILBOX]).status is ACCEPTED
    with shop.tenant.reading() as work:
        published = {found.sku for found in work.products.by_skus(["MW-MAILBOX"]).values()
                     if found.published}  # fmt: skip
    assert published == set()


@pytest.mark.parametrize("hook", DELETED)
def test_what_is_gone_already_can_be_deleted_again(shop: Shop, hook: str) -> None:
    given = {"variant_ids": [MAILBOX]} if hook == "product_deleted" else {"variant_id": MAILBOX}
    fire(shop, hook, **given)
    fire(shop, hook, **given)
    assert product(shop, MAILBOX) is None


@every("hook", ["product_variant_created", "product_variant_deleted"])
def test_while_the_plugin_is_switched_off_the_catalogue_stays(shop: Shop, hook: str) -> None:
    before = product(shop, MAILBOX)
    shop.configure(active=False)
    assert variant(shop, hook, MAILBOX).status is IGNORED
    assert product(shop, MAILBOX) == before
