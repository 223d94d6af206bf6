"""*Get Services Definition* at a Saleor: types, attributes, collection and products, made once."""

from decimal import Decimal

import pytest

from bittitan_plugin.domain.catalogue import PRODUCT_GROUP, Listed, ProductType
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.errors import OutcomeUnknown, Rejected
from bittitan_plugin.platforms.saleor.client import SaleorClient
from bittitan_plugin.platforms.saleor.gateway import SaleorGateway
from bittitan_plugin.ports.platform import Offer
from tests.fakes.saleor import SaleorServer
from tests.fakes.saleor.records import App, Attribute, Category
from tests.fakes.saleor.records import ProductType as TypeRecord
from tests.integration.saleor.outbound.selling import (
    BUNDLE,
    DEFINITIONS,
    MAILBOX,
    SKU,
    define,
    presentation,
    put_on_sale,
    usd,
)
from tests.saleor_fixtures import VERSION, link
from tests.tables import every

WRITES = (
    "attribute_create",
    "product_type_create",
    "attributes_assign",
    "collection_create",
    "category_create",
)


def test_both_types_are_made_and_are_not_shipped(host: SaleorGateway, saleor: SaleorServer) -> None:
    made = host.ensure_product_types(DEFINITIONS)
    types = saleor.saleor.product_types.values()
    assert made == {kind.slug for kind in ProductType}
    assert {(each.name, each.shippable) for each in types} == {
        ("BitTitan Mailbox License", False),
        ("BitTitan User Migration Bundle", False),
    }


def test_both_have_the_attributes_expire_and_validity_which_are_numbers(
    host: SaleorGateway, saleor: SaleorServer
) -> None:
    host.ensure_product_types(DEFINITIONS)
    attributes = saleor.saleor.attributes
    assert {(each.name, each.input_type) for each in attributes.values()} == {
        ("Expire (days)", "NUMERIC"),
        ("Validity (days)", "NUMERIC"),
    }
    types = saleor.saleor.product_types.values()
    assert all(set(each.attributes) == set(attributes) for each in types)


def test_a_second_time_nothing_is_made(host: SaleorGateway, saleor: SaleorServer) -> None:
    define(host)
    before = len(saleor.saleor.ledger)
    assert host.ensure_product_types(DEFINITIONS) == frozenset()
    host.ensure_group(PRODUCT_GROUP)
    later = saleor.saleor.ledger[before:]
    assert {call.operation for call in later} == {"catalogue"}


@pytest.mark.parametrize("operation", WRITES)
def test_what_was_interrupted_is_completed_by_the_next_run(
    host: SaleorGateway, saleor: SaleorServer, operation: str
) -> None:
    if operation == "attributes_assign":
        made = TypeRecord("UHJvZHVjdFR5cGU6OTk=", MAILBOX.slug, "By staff", True)
        saleor.saleor.product_types[made.id] = made
    saleor.saleor.faults.add("drop", operation, after_work=True)
    with pytest.raises(OutcomeUnknown):
        define(host)
    define(host)
    assert len(saleor.saleor.attributes) == len(saleor.saleor.product_types) == 2
    assert len(saleor.saleor.collections) == len(saleor.saleor.categories) == 1
    types = saleor.saleor.product_types.values()
    assert all(len(each.attributes) == 2 for each in types)


def test_a_type_of_staff_gets_what_it_lacks_and_keeps_the_rest(
    host: SaleorGateway, saleor: SaleorServer
) -> None:
    made = TypeRecord("UHJvZHVjdFR5cGU6OTk=", MAILBOX.slug, "Our own name", True)
    saleor.saleor.product_types[made.id] = made
    assert host.ensure_product_types(DEFINITIONS) == {BUNDLE.slug}
    assert (made.name, made.shippable, len(made.attributes)) == ("Our own name", True, 2)


def test_an_attribute_of_staff_under_our_slug_is_taken(
    host: SaleorGateway, saleor: SaleorServer
) -> None:
    own = Attribute("QXR0cmlidXRlOjk5", "bittitan-expire", "Ablauf", "NUMERIC")
    saleor.saleor.attributes[own.id] = own
    host.ensure_product_types(DEFINITIONS)
    assert [each.name for each in saleor.saleor.attributes.values()] == [
        "Ablauf",
        "Validity (days)",
    ]


def test_the_collection_is_visible_in_every_channel(
    host: SaleorGateway, saleor: SaleorServer
) -> None:
    saleor.saleor.add_channel("europe", "EUR")
    host.ensure_group(PRODUCT_GROUP)
    (group,) = saleor.saleor.collections.values()
    assert (group.name, list(group.channels.values())) == ("BitTitan", [True, True])


def test_a_collection_that_staff_hid_stays_hidden(
    host: SaleorGateway, saleor: SaleorServer
) -> None:
    host.ensure_group(PRODUCT_GROUP)
    (group,) = saleor.saleor.collections.values()
    group.channels = dict.fromkeys(group.channels, False)
    host.ensure_group(PRODUCT_GROUP)
    assert set(group.channels.values()) == {False}


def test_without_the_permission_it_says_which_one_is_missing(host: SaleorGateway, app: App) -> None:
    app.permissions.remove("MANAGE_PRODUCT_TYPES_AND_ATTRIBUTES")
    with pytest.raises(Rejected, match="MANAGE_PRODUCT_TYPES_AND_ATTRIBUTES"):
        host.ensure_product_types(DEFINITIONS)


# Products


def test_a_new_article_becomes_an_unpublished_product_of_one_variant(
    host: SaleorGateway, saleor: SaleorServer
) -> None:
    define(host)
    shown = host.present([presentation()], PRODUCT_GROUP)[SKU]
    variant = saleor.saleor.variants[shown.variant_id]
    assert (variant.sku, variant.track_inventory) == (SKU, False)
    assert (shown.name, shown.prices, shown.published) == (
        "Mailbox licence",
        {"USD": usd("14.00")},
        False,
    )


def test_its_variant_is_called_as_the_product_is(host: SaleorGateway, saleor: SaleorServer) -> None:
    put_on_sale(host)
    (variant,) = saleor.saleor.variants.values()
    assert variant.name == saleor.saleor.products[variant.product].name


def test_it_stands_in_the_collection(host: SaleorGateway, saleor: SaleorServer) -> None:
    put_on_sale(host)
    (group,) = saleor.saleor.collections.values()
    assert group.products == list(saleor.saleor.products)


def test_it_is_priced_in_every_channel_of_its_currency_and_in_no_other(
    host: SaleorGateway, saleor: SaleorServer
) -> None:
    fake = saleor.saleor
    fake.add_channel("us-two", "USD")
    fake.add_channel("europe", "EUR")
    variant = fake.variants[put_on_sale(host)]
    assert {fake.channels[key].slug: price for key, price in variant.prices.items()} == {
        "default-channel": Decimal("14.00"),
        "us-two": Decimal("14.00"),
    }


def test_a_second_time_no_second_product_is_made(host: SaleorGateway, saleor: SaleorServer) -> None:
    define(host)
    first = host.present([presentation()], PRODUCT_GROUP)
    assert host.present([presentation()], PRODUCT_GROUP) == first
    assert len(saleor.saleor.products) == 1


def test_a_lost_answer_is_made_up_for_by_the_next_run(
    host: SaleorGateway, saleor: SaleorServer
) -> None:
    define(host)
    saleor.saleor.faults.add("drop", "products_create", after_work=True)
    with pytest.raises(OutcomeUnknown):
        host.present([presentation()], PRODUCT_GROUP)
    host.present([presentation()], PRODUCT_GROUP)
    assert len(saleor.saleor.products) == 1


def test_a_hundred_articles_are_made_by_a_handful_of_calls(
    host: SaleorGateway, saleor: SaleorServer
) -> None:
    define(host)
    articles = [presentation(f"SKU-{n:03}") for n in range(100)]
    assert len(host.present(articles, PRODUCT_GROUP)) == 100
    assert len(saleor.saleor.asked("products_create")) == 4


def test_an_article_number_that_something_else_has_is_left_alone(
    host: SaleorGateway, saleor: SaleorServer
) -> None:
    put_on_sale(host)
    other = presentation(product_type=BUNDLE)
    assert host.present([other], PRODUCT_GROUP) == {}
    assert len(saleor.saleor.products) == 1


def test_a_product_that_staff_deleted_stays_deleted(host: SaleorGateway) -> None:
    define(host)
    gone = presentation(variant_id="UHJvZHVjdFZhcmlhbnQ6OTk5", is_new=False)
    assert host.present([gone], PRODUCT_GROUP) == {}


def test_a_price_that_nobody_edited_follows_the_list(
    host: SaleorGateway, saleor: SaleorServer
) -> None:
    variant_id = put_on_sale(host)
    again = presentation(
        price="15.00",
        variant_id=variant_id,
        previous=Listed(name="Mailbox licence", price=usd("14.00")),
        is_new=False,
    )
    shown = host.present([again], PRODUCT_GROUP)[SKU]
    assert (shown.prices["USD"], saleor.saleor.variant_of(SKU).prices.popitem()[1]) == (
        usd("15.00"),
        Decimal("15.00"),
    )


def test_what_the_distributor_edited_is_not_overwritten(
    host: SaleorGateway, saleor: SaleorServer
) -> None:
    variant_id = put_on_sale(host)
    fake = saleor.saleor
    channel = next(iter(fake.channels))
    fake.variants[variant_id].prices[channel] = Decimal("99.00")
    next(iter(fake.products.values())).name = "Own name"
    again = presentation(
        price="15.00",
        variant_id=variant_id,
        previous=Listed(name="Mailbox licence", price=usd("14.00")),
        is_new=False,
    )
    shown = host.present([again], PRODUCT_GROUP)[SKU]
    assert (shown.name, shown.prices["USD"]) == ("Own name", usd("99.00"))


def test_every_variant_of_our_types_is_listed_page_by_page(host: SaleorGateway) -> None:
    define(host)
    host.present([presentation(f"SKU-{n:03}") for n in range(60)], PRODUCT_GROUP)
    pages = [len(page) for page in host.variants(list(ProductType))]
    assert pages == [50, 10]


def test_before_the_types_are_there_nothing_is_listed(host: SaleorGateway) -> None:
    assert list(host.variants(list(ProductType))) == []


# The two clocks, as attributes of the product


def test_a_product_leaves_its_days_to_the_plugin_until_staff_write_them(
    host: SaleorGateway,
) -> None:
    define(host)
    shown = host.present([presentation()], PRODUCT_GROUP)[SKU]
    assert (shown.clocks.expire_days, shown.clocks.validity_days) == (None, None)


@every(
    "written, days",
    [("180", 180), ("180.0", 180), ("0", None), ("4000", None), ("soon", None), ("nan", None)],
)
def test_days_that_staff_wrote_count_if_they_can_be_days(
    host: SaleorGateway, saleor: SaleorServer, written: str, days: int | None
) -> None:
    put_on_sale(host)
    fake = saleor.saleor
    (product,) = fake.products.values()
    expire = next(each.id for each in fake.attributes.values() if each.slug == "bittitan-expire")
    product.values[expire] = written
    (shown,) = next(iter(host.variants([MAILBOX])))
    assert (shown.clocks.expire_days, shown.clocks.validity_days) == (days, None)


# What staff decide in the plugin


def offer(**values: object) -> Offer:
    given: dict[str, object] = {"sku": SKU, "product_type": MAILBOX}
    return Offer(**{**given, **values})  # type: ignore[arg-type]


def test_publishing_shows_it_where_it_has_a_price_and_nowhere_else(
    host: SaleorGateway, saleor: SaleorServer
) -> None:
    fake = saleor.saleor
    fake.add_channel("europe", "EUR")
    put_on_sale(host)
    (product,) = fake.products.values()
    shown = {fake.channels[key].slug: seen for key, seen in product.channels.items()}
    assert shown == {"default-channel": True}


def test_prices_given_replace_all_there_were(host: SaleorGateway, saleor: SaleorServer) -> None:
    fake = saleor.saleor
    europe = fake.add_channel("europe", "EUR")
    variant_id = put_on_sale(host)
    prices = {"EUR": type(usd("1")).of("12.00", "EUR")}
    shown = host.offer(offer(variant_id=variant_id, prices=prices), PRODUCT_GROUP)
    assert shown.prices == prices
    assert fake.variants[variant_id].prices == {europe.id: Decimal("12.00")}


def test_a_currency_that_no_channel_sells_in_is_not_priced(host: SaleorGateway) -> None:
    variant_id = put_on_sale(host)
    prices = {"USD": usd("13.00"), "GBP": type(usd("1")).of("11.00", "GBP")}
    shown = host.offer(offer(variant_id=variant_id, prices=prices), PRODUCT_GROUP)
    assert shown.prices == {"USD": usd("13.00")}


def test_a_name_given_is_the_products(host: SaleorGateway, saleor: SaleorServer) -> None:
    variant_id = put_on_sale(host)
    host.offer(offer(variant_id=variant_id, name="Migration"), PRODUCT_GROUP)
    assert [each.name for each in saleor.saleor.products.values()] == ["Migration"]


def test_a_product_of_staff_is_made_when_there_is_none(host: SaleorGateway) -> None:
    define(host)
    shown = host.offer(
        offer(sku="OWN", name="Own", prices={"USD": usd("9.00")}, published=True), PRODUCT_GROUP
    )
    assert (shown.sku, shown.name, shown.published) == ("OWN", "Own", True)


@every(
    "values, code, field",
    [
        ({"variant_id": "UHJvZHVjdFZhcmlhbnQ6OTk5"}, "NOT_FOUND", "variant_id"),
        ({"variant_id": "nonsense"}, "NOT_FOUND", "variant_id"),
        ({"product_type": BUNDLE}, "UNIQUE", "sku"),
    ],
)
def test_what_cannot_be_offered_is_rejected_on_the_value_at_fault(
    host: SaleorGateway, values: dict[str, object], code: str, field: str
) -> None:
    put_on_sale(host)
    with pytest.raises(Rejected) as caught:
        host.offer(offer(**values), PRODUCT_GROUP)
    assert (caught.value.code, caught.value.field) == (code, field)


def test_a_variant_of_another_type_cannot_be_offered(host: SaleorGateway) -> None:
    variant_id = put_on_sale(host)
    with pytest.raises(Rejected, match="another type"):
        host.offer(offer(variant_id=variant_id, product_type=BUNDLE), PRODUCT_GROUP)


def test_withdrawing_hides_it_everywhere(host: SaleorGateway, saleor: SaleorServer) -> None:
    saleor.saleor.add_channel("us-two", "USD")
    host.withdraw(put_on_sale(host))
    (product,) = saleor.saleor.products.values()
    assert list(product.channels.values()) == [False, False]


@every("variant_id", ["UHJvZHVjdFZhcmlhbnQ6OTk5", "nonsense"])
def test_withdrawing_what_is_gone_does_nothing(host: SaleorGateway, variant_id: str) -> None:
    host.withdraw(variant_id)


# Without a category Saleor publishes nothing


def selling_in(client: SaleorClient, category: str) -> SaleorGateway:
    """The port of a distributor whose settings name that category."""
    configuration = Configuration(product_category=category)
    return SaleorGateway(client, version=VERSION, link=link, configuration=lambda: configuration)


def test_products_stand_in_the_category_of_the_settings_which_is_made_once(
    client: SaleorClient, saleor: SaleorServer
) -> None:
    host = selling_in(client, "Software licences")
    put_on_sale(host)
    put_on_sale(host, "OTHER")
    (category,) = saleor.saleor.categories.values()
    assert (category.name, category.slug) == ("Software licences", "software-licences")
    assert {each.category for each in saleor.saleor.products.values()} == {category.id}


@every("named", ["software_goods", "Software goods"])
def test_a_category_of_staff_is_chosen_by_its_name_or_slug(
    client: SaleorClient, saleor: SaleorServer, named: str
) -> None:
    slug = "software_goods" if named == "software_goods" else "software-goods"
    own = Category("Q2F0ZWdvcnk6OTk=", slug, "Software goods")
    saleor.saleor.categories[own.id] = own
    put_on_sale(selling_in(client, named))
    assert list(saleor.saleor.categories) == [own.id]


def test_a_product_without_a_category_gets_it_when_it_is_published(
    host: SaleorGateway, saleor: SaleorServer
) -> None:
    put_on_sale(host)
    (product,) = saleor.saleor.products.values()
    host.withdraw(saleor.saleor.variant_of(SKU).id)
    product.category = None
    shown = host.offer(offer(published=True), PRODUCT_GROUP)
    assert (shown.published, product.category) == (True, *saleor.saleor.categories)


def test_a_product_without_a_category_gets_it_by_get_services_definition(
    host: SaleorGateway, saleor: SaleorServer
) -> None:
    put_on_sale(host)
    (product,) = saleor.saleor.products.values()
    product.category = None
    host.present([presentation()], PRODUCT_GROUP)
    assert [product.category] == list(saleor.saleor.categories)


def test_the_category_that_staff_chose_stays(host: SaleorGateway, saleor: SaleorServer) -> None:
    own = Category("Q2F0ZWdvcnk6OTk=", "own", "Own")
    saleor.saleor.categories[own.id] = own
    put_on_sale(host)
    (product,) = saleor.saleor.products.values()
    product.category = own.id
    host.present([presentation()], PRODUCT_GROUP)
    host.offer(offer(published=True), PRODUCT_GROUP)
    assert product.category == own.id


@every("sku", [SKU, "NEW"])
def test_where_staff_choose_categories_publishing_says_that_one_is_missing(
    client: SaleorClient, saleor: SaleorServer, sku: str
) -> None:
    host = selling_in(client, "")
    define(host)
    host.present([presentation()], PRODUCT_GROUP)
    with pytest.raises(Rejected, match="'product_category'") as caught:
        host.offer(offer(sku=sku, published=True, prices={"USD": usd("9.00")}), PRODUCT_GROUP)
    assert (caught.value.code, caught.value.field) == ("REQUIRED", "published")
    assert saleor.saleor.categories == {}


@every("sku", [SKU, "NEW"])
def test_publishing_what_has_no_price_in_any_channel_names_their_currencies(
    host: SaleorGateway, sku: str
) -> None:
    define(host)
    host.present([presentation()], PRODUCT_GROUP)
    pounds = {"GBP": type(usd("1")).of("11.00", "GBP")}
    with pytest.raises(Rejected, match="give it one in USD") as caught:
        host.offer(offer(sku=sku, published=True, prices=pounds), PRODUCT_GROUP)
    assert (caught.value.code, caught.value.field) == ("REQUIRED", "prices")


def test_what_saleor_refuses_of_a_new_product_is_said_in_its_words(
    host: SaleorGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    define(host)
    fault = {"path": "name", "message": "It is too long.", "code": "INVALID"}
    refusing = lambda *_: {"product": None, "errors": [fault]}  # noqa: E731
    monkeypatch.setattr(
        "tests.fakes.saleor.catalogue_mutations.CatalogueMutations._create", refusing
    )
    with pytest.raises(Rejected, match=f"product {SKU}: name: It is too long"):
        host.offer(offer(prices={"USD": usd("9.00")}), PRODUCT_GROUP)


@every("version, digital", [("3.21.40", True), ("3.23.28", True), ("3.24.0", False)])
def test_product_types_are_marked_digital_where_the_version_has_it(
    host: SaleorGateway, saleor: SaleorServer, app: App, version: str, digital: bool
) -> None:
    saleor.saleor.reset()
    saleor.saleor.apps[app.id] = app
    saleor.saleor.version = version
    host.ensure_product_types(DEFINITIONS)
    assert {each.digital for each in saleor.saleor.product_types.values()} == {digital}
