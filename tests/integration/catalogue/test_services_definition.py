"""*Get Services Definition*: what it makes, what it follows, and what it leaves alone."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import pairwise

import pytest

from bittitan_plugin.domain.errors import ErrorCode, Refusal, Unavailable
from bittitan_plugin.domain.money import Money
from bittitan_plugin.platforms.shop.gateway import ShopGateway
from bittitan_plugin.services.catalogue import products
from bittitan_plugin.services.catalogue.products import Wishes
from bittitan_plugin.services.import_report import ServicesDefinition
from tests.integration.catalogue.market import BUNDLE, OPERATOR, Market, row
from tests.statements import CHANGING, statements_of


def counts(done: ServicesDefinition) -> tuple[int, int, int, int]:
    return done.created, done.updated, done.unchanged, done.skipped_count


def test_get_services_definition_creates_the_two_product_types(market: Market) -> None:
    done = market.fetch()
    assert [kind.name for kind in market.product_types()] == [
        "BitTitan Mailbox License",
        "BitTitan User Migration Bundle",
    ]
    assert [outcome.created for outcome in done.product_types] == [True, True]


def test_both_types_have_the_same_two_properties_in_whole_days_365_each(market: Market) -> None:
    market.fetch()
    assert [kind.properties for kind in market.product_types()] == [
        {
            "expire": {"name": "Expire (days)", "default": 365},
            "validity": {"name": "Validity (days)", "default": 365},
        }
    ] * 2


def test_the_properties_defaults_come_from_the_configuration(market: Market) -> None:
    market.switch(expire_days="90", validity_days="730")
    market.fetch()
    (mailbox, _) = market.product_types()
    assert [each["default"] for each in mailbox.properties.values()] == [90, 730]


def test_a_type_that_staff_renamed_keeps_its_name_and_gets_the_missing_property(
    market: Market,
) -> None:
    market.platform.catalogue.create_type("Mailboxes", "bittitan-mailbox-license")
    done = market.fetch()
    (mailbox, _) = market.product_types()
    assert (mailbox.name, sorted(mailbox.properties)) == ("Mailboxes", ["expire", "validity"])
    assert [outcome.created for outcome in done.product_types] == [False, True]


def test_the_vendors_articles_are_imported(market: Market) -> None:
    done = market.fetch()
    assert counts(done) == (5, 0, 0, 0)
    assert sorted(product.sku for product in market.products()) == [
        "MW-MAILBOX",
        "MW-MAILBOX-EDU",
        "MW-MAILBOX-NP",
        "UMB",
        "UMB-EDU",
    ]


def test_an_imported_product_is_unpublished(market: Market) -> None:
    market.fetch()
    assert not any(product.published for product in market.products())
    assert not any(variant.product.published for variant in market.presented())


def test_an_imported_product_has_the_vendors_list_price_in_its_currency(market: Market) -> None:
    market.vendor_lists(row("A", amount="13.25", currency="EUR"))
    market.fetch()
    assert market.product("A").prices == {"EUR": Money.of("13.25", "EUR")}
    assert market.variant("A").prices == {"EUR": Money.of("13.25", "EUR")}


def test_an_imported_products_days_come_from_the_configuration(market: Market) -> None:
    market.switch(expire_days="90", validity_days="730")
    market.fetch()
    product = market.product("UMB")
    assert (product.expire_days, product.validity_days) == (90, 730)


def test_the_bittitan_product_group_presents_the_products(market: Market) -> None:
    market.fetch()
    assert {variant.product.collection for variant in market.presented()} == {"BitTitan"}


def test_every_imported_product_is_bound_to_a_variant_of_its_type(market: Market) -> None:
    market.fetch()
    bound = {product.sku: market.variant_of(product) for product in market.products()}
    assert {sku: v.row.sku for sku, v in bound.items()} == {sku: sku for sku in bound}
    assert bound["UMB"].product.product_type == BUNDLE.slug


def test_run_twice_it_changes_nothing(market: Market) -> None:
    market.fetch()
    before, shown = market.products(), market.presented()
    with statements_of(market.application.engine, *CHANGING) as written:
        done = market.fetch()
    assert counts(done) == (0, 0, 5, 0)
    assert [outcome.created for outcome in done.product_types] == [False, False]
    assert (written, market.products()) == ([], before)
    assert [v.prices for v in market.presented()] == [v.prices for v in shown]


def test_it_adds_what_is_missing(market: Market) -> None:
    market.vendor_lists(row("A"))
    market.fetch()
    market.vendor_lists(row("A"), row("B"))
    assert counts(market.fetch()) == (1, 0, 1, 0)
    assert [variant.row.sku for variant in market.presented()] == ["A", "B"]


def test_what_the_vendor_changed_and_nobody_edited_is_updated(market: Market) -> None:
    market.vendor_lists(row("A", "Mailbox", "14.00"))
    market.fetch()
    market.vendor_lists(row("A", "Mailbox 2", "15.00"))
    assert counts(market.fetch()) == (0, 1, 0, 0)
    product, variant = market.product("A"), market.variant("A")
    assert (product.name, product.prices) == ("Mailbox 2", {"USD": Money.of("15.00", "USD")})
    assert (variant.product.name, variant.prices) == (product.name, product.prices)


def test_what_the_distributor_edited_on_the_platform_is_never_overwritten(market: Market) -> None:
    market.vendor_lists(row("A"))
    market.fetch()
    variant = market.variant("A")
    shop = market.platform.product_changes
    shop.update_product(variant.product.id, name="Our mailbox", published=True, collection="Mail")
    shop.update_variant(variant.row.id, prices=[(Decimal("19.00"), "USD")])

    market.vendor_lists(row("A", "Mailbox 2", "15.00"))
    assert counts(market.fetch()) == (0, 0, 1, 0)

    product, variant = market.product("A"), market.variant("A")
    assert (product.name, product.published) == ("Our mailbox", True)
    assert product.prices == variant.prices == {"USD": Money.of("19.00", "USD")}
    assert (variant.product.name, variant.product.collection) == ("Our mailbox", "Mail")


def test_what_the_distributor_edited_here_is_never_overwritten(market: Market) -> None:
    market.vendor_lists(row("A"))
    market.fetch()
    wishes = Wishes(
        name="Our mailbox",
        prices=[("12.50", "EUR"), ("14.00", "USD")],
        expire_days=30,
        validity_days=60,
        published=True,
    )
    edited = products.update(market.tenant, OPERATOR, market.product("A").id, wishes)
    market.vendor_lists(row("A", "Mailbox 2", "15.00"))
    market.fetch()

    product = market.product("A")
    assert (product.name, product.published) == ("Our mailbox", True)
    assert (product.expire_days, product.validity_days) == (30, 60)
    assert product.prices["EUR"] == Money.of("12.50", "EUR")
    assert product.variant_id == edited.variant_id


def test_the_price_nobody_edited_follows_the_vendor_beside_one_that_was_added(
    market: Market,
) -> None:
    market.vendor_lists(row("A"))
    market.fetch()
    wishes = Wishes(prices=[("12.50", "EUR"), ("14.00", "USD")])
    products.update(market.tenant, OPERATOR, market.product("A").id, wishes)
    market.vendor_lists(row("A", amount="15.00"))
    market.fetch()
    assert market.product("A").prices == {
        "EUR": Money.of("12.50", "EUR"),
        "USD": Money.of("15.00", "USD"),
    }


def test_a_product_deleted_on_the_platform_is_not_made_again(market: Market) -> None:
    market.vendor_lists(row("A"))
    market.fetch()
    market.platform.product_changes.delete_product(market.variant("A").product.id)
    assert counts(market.fetch()) == (0, 0, 1, 0)
    assert (market.presented(), market.product("A").variant_id) == ([], None)


def test_a_product_deleted_on_the_platform_while_switched_off_is_released_by_the_next_run(
    market: Market,
) -> None:
    market.vendor_lists(row("A"))
    market.fetch()
    market.switch(active=False)
    market.platform.product_changes.delete_product(market.variant("A").product.id)
    market.switch()
    assert counts(market.fetch()) == (0, 1, 0, 0)
    assert market.product("A").variant_id is None


def test_a_product_made_on_the_platform_while_switched_off_is_bound_by_the_next_run(
    market: Market,
) -> None:
    market.switch(active=False)
    variant = market.offer("HOUSE-1", "House mailbox", published=True)
    market.switch()
    market.vendor_lists(row("A"))
    assert market.fetch().bound == 1
    product = market.product("HOUSE-1")
    assert product.variant_id == market.variant_id(variant)
    assert (product.name, product.published) == ("House mailbox", True)
    assert product.prices == variant.prices


def test_the_vendors_article_that_the_platform_sells_already_is_bound_as_it_stands(
    market: Market,
) -> None:
    market.switch(active=False)
    variant = market.offer("A", "Our mailbox", published=True)
    market.switch()
    market.vendor_lists(row("A"))
    assert counts(market.fetch()) == (1, 0, 0, 0)
    product = market.product("A")
    assert product.variant_id == market.variant_id(variant)
    assert (product.name, product.published) == ("Our mailbox", True)
    assert product.prices == {"USD": Money.of("20.00", "USD")}


def test_a_product_the_platform_sells_already_is_placed_in_the_group(market: Market) -> None:
    market.switch(active=False)
    market.offer("A")
    market.switch()
    market.vendor_lists(row("A"))
    market.fetch()
    assert market.variant("A").product.collection == "BitTitan"


def test_only_what_was_made_on_the_platform_meanwhile_is_bound_the_second_time(
    market: Market,
) -> None:
    market.fetch()
    assert market.fetch().bound == 0


def test_making_the_products_fires_no_hook_of_its_own(
    market: Market, capsys: pytest.CaptureFixture[str]
) -> None:
    market.fetch()
    assert "hook answered" not in capsys.readouterr().out


def test_an_unreachable_vendor_stops_it_and_what_was_imported_stays(market: Market) -> None:
    market.vendor_lists(*(row(f"A-{number:03}") for number in range(250)))
    told: list[ServicesDefinition] = []

    def cut_the_line(so_far: ServicesDefinition) -> None:
        told.append(so_far)
        if so_far.created == 100:
            market.sandbox.sandbox.faults.add("status", operation="products", status=503)

    with pytest.raises(Unavailable):
        market.fetch(progress=cut_the_line)
    assert len(market.products()) == len(market.presented()) == told[-1].created == 100

    market.sandbox.sandbox.faults.clear(None)
    assert counts(market.fetch()) == (150, 0, 100, 0)
    assert len(market.products()) == len(market.presented()) == 250


def test_a_crash_between_the_platform_and_us_ends_the_same_after_a_second_run(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    market.vendor_lists(row("A"), row("B"))
    present = ShopGateway.present

    def die_afterwards(self: ShopGateway, *arguments: object) -> object:
        present(self, *arguments)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ShopGateway, "present", die_afterwards)
        with pytest.raises(KeyboardInterrupt):
            market.fetch()
    assert ([v.row.sku for v in market.presented()], market.products()) == (["A", "B"], [])

    assert counts(market.fetch()) == (2, 0, 0, 0)
    assert [v.row.sku for v in market.presented()] == ["A", "B"]
    assert all(product.variant_id for product in market.products())


def test_progress_is_told_after_every_page_and_never_runs_backwards(market: Market) -> None:
    market.vendor_lists(*(row(f"A-{number:03}") for number in range(250)))
    told: list[ServicesDefinition] = []
    done = market.fetch(progress=told.append)
    assert [so_far.rows for so_far in told] == [0, 100, 200, 250, 250]
    assert all(earlier.rows <= later.rows for earlier, later in pairwise(told))
    assert told[-1] == done


def test_switched_off_it_is_refused_and_nothing_is_made(market: Market) -> None:
    market.switch(active=False)
    with pytest.raises(Refusal) as refused:
        market.fetch()
    assert refused.value.code is ErrorCode.PLUGIN_INACTIVE
    assert (market.product_types(), market.products()) == ([], [])


def test_a_wrong_password_is_a_setting_at_fault(market: Market) -> None:
    market.switch(api_password="something else")
    with pytest.raises(Refusal, match="api_password") as refused:
        market.fetch()
    assert (refused.value.code, refused.value.field) == (ErrorCode.PLUGIN_MISCONFIGURED, None)


@pytest.mark.databases("sqlite", "postgresql")
def test_two_runs_at_once_import_every_article_once(market: Market) -> None:
    market.vendor_lists(*(row(f"A-{number:03}") for number in range(150)))
    with ThreadPoolExecutor(2) as threads:
        runs = [threads.submit(market.fetch) for _ in range(2)]
    assert sum(run.result().created for run in runs) == 150
    assert len(market.products()) == len(market.presented()) == 150
