"""The plugin's products in a Saleor: products of one variant each, listed and priced by channel.

A product of ours is made whole in one call, so that a lost answer leaves either all of it or
nothing; it is found again by its article number. Stock is never tracked.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import structlog

from bittitan_plugin.domain.catalogue import PlatformVariant, ProductType
from bittitan_plugin.domain.errors import ErrorCode, PlatformRejected, Rejected
from bittitan_plugin.domain.importing import brought_up_to_date
from bittitan_plugin.domain.money import Money
from bittitan_plugin.platforms.new_variants import NewVariant, missing, offered
from bittitan_plugin.platforms.saleor.catalogue import (
    CatalogueIndex,
    Channel,
    ensure_category,
    read_shelves,
)
from bittitan_plugin.platforms.saleor.client import SaleorClient
from bittitan_plugin.platforms.saleor.ids import is_of
from bittitan_plugin.platforms.saleor.paging import nodes, pages
from bittitan_plugin.platforms.saleor.slugs import attribute_slug, product_slug
from bittitan_plugin.platforms.saleor.variants import host_variant
from bittitan_plugin.ports.platform import Offer, Presentation

Node = Mapping[str, Any]

_log = structlog.get_logger(__name__)

#: Products made by one call, well below Saleor's limit.
BATCH = 25
#: Variants requested by one call; Saleor returns at most a hundred at a time.
MOST_AT_ONCE = 100


def present(
    client: SaleorClient, presentations: Sequence[Presentation], group: str, category: str
) -> dict[str, PlatformVariant]:
    """The variants that sell these products, by SKU, with one transaction for each product: what
    was done before an error is kept. Products without a category get ``category``.
    """
    shelves = ensure_category(client, group, category)
    found = _find(client, presentations)
    shown = {}
    for wanted in presentations:
        if wanted.sku in found:
            shown[wanted.sku] = _bring_up_to_date(client, shelves, found[wanted.sku], wanted)
    made, refused = _make(client, shelves, missing(presentations, found))
    for sku, rejection in refused.items():
        _log.warning("product_not_made", sku=sku, why=rejection.message)
    return shown | made


def variants(
    client: SaleorClient, product_types: Collection[ProductType], group: str
) -> Iterator[list[PlatformVariant]]:
    """Every variant of these types, a page of products at a time."""
    known = read_shelves(client, group).types
    ids = [known[kind.slug] for kind in product_types if kind.slug in known]
    if not ids:
        return
    for page in pages(client, "products_of_types", "products", {"types": ids}):
        found = [each for product in page for each in product["variants"] or ()]
        yield [shown for each in found if (shown := host_variant(each)) is not None]


def variants_by_id(client: SaleorClient, ids: Sequence[str]) -> Iterator[Node]:
    """Those of these variants that exist, of any type."""
    for start in range(0, len(ids), MOST_AT_ONCE):
        yield from _ask(client, "variants_by_id", ids=ids[start : start + MOST_AT_ONCE])


def offer(client: SaleorClient, wanted: Offer, group: str, category: str) -> PlatformVariant:
    """The variant as staff decided. Publishing and naming affect its whole product.

    Raises ``Rejected`` REQUIRED on ``published`` or ``prices`` for what it needs to be published.
    """
    shelves = ensure_category(client, group, category)
    node = _existing(client, wanted)
    if node is None:
        if wanted.published:
            _check_category(shelves)
            _check_sold_somewhere(shelves, _channels(shelves, wanted.prices or {}))
        made, refused = _make(client, shelves, [offered(wanted)])
        if wanted.sku not in made:
            raise refused[wanted.sku]
        return made[wanted.sku]
    if wanted.name is not None and wanted.name != node["product"]["name"]:
        _update(client, node, name=wanted.name)
    if days := _days(shelves, wanted):
        _update(client, node, attributes=days)
    if wanted.prices is not None:
        _reprice(client, shelves, node, wanted.prices)
    if wanted.published:
        _publish(client, shelves, _read(client, node["id"]))
    elif wanted.published is not None:
        _hide(client, _read(client, node["id"]))
    return _shown(client, node["id"])


def withdraw(client: SaleorClient, variant_id: str) -> None:
    """Unpublish the variant's product everywhere."""
    node = _by_id(client, variant_id)
    if node is not None:
        _hide(client, node)


def _find(client: SaleorClient, presentations: Sequence[Presentation]) -> dict[str, Node]:
    ids = [each.variant_id for each in presentations if each.variant_id]
    ids = [each for each in ids if is_of("ProductVariant", each)]
    by_id = {each["id"]: each for each in variants_by_id(client, ids)}
    skus = [each.sku for each in presentations if each.variant_id not in by_id]
    by_sku: dict[tuple[str, str], Node] = {}
    if skus:
        for each in _ask(client, "variants_by_sku", skus=skus):
            by_sku.setdefault((each["sku"], each["product"]["productType"]["slug"]), each)
    found = {}
    for wanted in presentations:
        slug = wanted.product_type.slug
        node = by_id.get(wanted.variant_id or "") or by_sku.get((wanted.sku, slug))
        if node is not None and node["product"]["productType"]["slug"] == slug:
            found[wanted.sku] = node
    return found


def _bring_up_to_date(
    client: SaleorClient, shelves: CatalogueIndex, node: Node, wanted: Presentation
) -> PlatformVariant:
    shown = host_variant(node)
    assert shown is not None  # noqa: S101 - it was found by its type
    name, prices = brought_up_to_date(
        shown.name, shown.prices, before=wanted.previous, now=wanted.listed
    )
    if wanted.variant_id is None and shelves.group_id:
        products = [node["product"]["id"]]
        client.execute("collection_add", {"collection": shelves.group_id, "products": products})
    if shelves.category_id and not node["product"]["category"]:
        _update(client, node, category=shelves.category_id)
    if name != shown.name:
        _update(client, node, name=name)
    if prices != shown.prices:
        _reprice(client, shelves, node, prices)
    changed = name != shown.name or prices != shown.prices
    return _shown(client, node["id"]) if changed else shown


def _make(
    client: SaleorClient, shelves: CatalogueIndex, new: Sequence[NewVariant]
) -> tuple[dict[str, PlatformVariant], dict[str, Rejected]]:
    """The new products, and Saleor's reasons for refusing the others, both by SKU."""
    made: dict[str, PlatformVariant] = {}
    refused: dict[str, Rejected] = {}
    for start in range(0, len(new), BATCH):
        batch = new[start : start + BATCH]
        inputs = [_input(shelves, each) for each in batch]
        data = client.execute("products_create", {"products": inputs})
        for wanted, result in zip(batch, data["productBulkCreate"]["results"], strict=True):
            for node in (result["product"] or {}).get("variants") or ():
                if (shown := host_variant(node)) is not None:
                    made[shown.sku] = shown
            if wanted.sku not in made:
                refused[wanted.sku] = _refusal(wanted.sku, result["errors"] or ())
    return made, refused


def _refusal(sku: str, errors: Sequence[Node]) -> Rejected:
    for error in errors:
        if error["code"] != "UNIQUE":
            why = f"Saleor refused the product {sku}: {error['path']}: {error['message']}"
            return PlatformRejected(error["code"], why)
    return _taken(sku)


def _input(shelves: CatalogueIndex, new: NewVariant) -> dict[str, object]:
    sold_in = _channels(shelves, new.prices)
    slug = new.product_type.slug
    if slug not in shelves.types:
        raise PlatformRejected(
            ErrorCode.NOT_FOUND, f"Saleor has no product type '{slug}' any more."
        )
    return {
        "name": new.name,
        "slug": product_slug(new.sku),
        "productType": shelves.types[slug],
        "category": shelves.category_id,
        "collections": [shelves.group_id] if shelves.group_id else [],
        # Without days, those of the plugin's settings count until staff enter others.
        "attributes": _days(shelves, new),
        "channelListings": [_listing(each.id, published=new.published) for each in sold_in],
        "variants": [
            {
                "sku": new.sku,
                # Without a name Saleor shows an id of nothing instead (observed on 3.23).
                "name": new.name,
                "attributes": [],
                "trackInventory": False,
                "channelListings": [
                    {"channelId": each.id, "price": str(new.prices[each.currency].amount)}
                    for each in sold_in
                ],
            }
        ],
    }


def _listing(channel_id: str, *, published: bool) -> dict[str, object]:
    return {
        "channelId": channel_id,
        "isPublished": published,
        "visibleInListings": published,
        "isAvailableForPurchase": published,
    }


def _reprice(
    client: SaleorClient, shelves: CatalogueIndex, node: Node, prices: Mapping[str, Money]
) -> None:
    """Replace all prices: each currency's price goes to all channels of that currency."""
    product, wanted = (
        node["product"],
        [
            (channel, price)
            for price in prices.values()
            for channel in shelves.selling_in(price.currency)
        ],
    )
    listed = {
        each["channel"]["id"]: each["isPublished"] for each in product["channelListings"] or ()
    }
    published = any(listed.values())
    additions = [
        _listing(channel.id, published=published)
        for channel, _ in wanted
        if channel.id not in listed
    ]
    priced = {channel.id for channel, _ in wanted}
    removals = [
        {"channelId": each["channel"]["id"], "removeVariants": [node["id"]]}
        for each in node["channelListings"] or ()
        if each["channel"]["id"] not in priced
    ]
    if additions or removals:
        client.execute("product_list", {"id": product["id"], "channels": additions + removals})
    if wanted:
        inputs = [{"channelId": c.id, "price": str(price.amount)} for c, price in wanted]
        client.execute("variant_price", {"id": node["id"], "prices": inputs})


def _publish(client: SaleorClient, shelves: CatalogueIndex, node: Node) -> None:
    """Show the product in every channel in which the variant has a price."""
    priced = {each["channel"]["id"] for each in node["channelListings"] or () if each["price"]}
    _check_sold_somewhere(shelves, priced)
    if not node["product"]["category"]:
        _update(client, node, category=_check_category(shelves))
    _list(client, node, priced, published=True)


def _hide(client: SaleorClient, node: Node) -> None:
    listed = {each["channel"]["id"] for each in node["product"]["channelListings"] or ()}
    _list(client, node, listed, published=False)


def _list(client: SaleorClient, node: Node, concerned: Collection[str], *, published: bool) -> None:
    product = node["product"]
    listed = {
        each["channel"]["id"]: each["isPublished"] for each in product["channelListings"] or ()
    }
    changes = [
        _listing(channel, published=published)
        for channel in sorted(concerned)
        if listed.get(channel) is not published
    ]
    if changes:
        client.execute("product_list", {"id": product["id"], "channels": changes})


def _check_category(shelves: CatalogueIndex) -> str:
    """The category for published products. Observed: Saleor publishes nothing without one."""
    if shelves.category_id is None:
        raise PlatformRejected(
            ErrorCode.REQUIRED,
            "Saleor publishes only products with a category: choose one for it under Catalog › "
            "Products, or name one in the plugin's setting 'product_category'.",
            field="published",
        )
    return shelves.category_id


def _check_sold_somewhere(shelves: CatalogueIndex, channels: Collection[object]) -> None:
    if not channels:
        currencies = ", ".join(sorted({each.currency for each in shelves.channels}))
        raise PlatformRejected(
            ErrorCode.REQUIRED,
            "It has no price in any of Saleor's channels: give it one in "
            f"{currencies or 'the currency of an active channel'} before it is published.",
            field="prices",
        )


def _update(client: SaleorClient, node: Node, **values: object) -> None:
    client.execute("product_update", {"id": node["product"]["id"], "input": values})


def _days(shelves: CatalogueIndex, wanted: Offer | NewVariant) -> list[dict[str, str]]:
    given = {"expire": wanted.expire_days, "validity": wanted.validity_days}
    inputs = []
    for name, days in given.items():
        if days is None:
            continue
        slug = attribute_slug(name)
        if slug not in shelves.attributes:
            raise PlatformRejected(
                ErrorCode.NOT_FOUND,
                f"Saleor has no attribute '{slug}' any more: Get Services Definition makes it.",
                field=f"{name}_days",
            )
        inputs.append({"id": shelves.attributes[slug], "numeric": str(days)})
    return inputs


def _channels(shelves: CatalogueIndex, prices: Mapping[str, Money]) -> list[Channel]:
    return [each for price in prices.values() for each in shelves.selling_in(price.currency)]


def _existing(client: SaleorClient, wanted: Offer) -> Node | None:
    slug = wanted.product_type.slug
    if wanted.variant_id is None:
        found = _ask(client, "variants_by_sku", skus=[wanted.sku])
        if found and found[0]["product"]["productType"]["slug"] != slug:
            raise _taken(wanted.sku)
        return found[0] if found else None
    node = _by_id(client, wanted.variant_id)
    if node is None:
        raise PlatformRejected(
            ErrorCode.NOT_FOUND, "Saleor has no such variant.", field="variant_id"
        )
    if node["product"]["productType"]["slug"] != slug:
        raise PlatformRejected(
            ErrorCode.INVALID,
            f"That variant is no {wanted.product_type.label}: its product has another type.",
            field="variant_id",
        )
    return node


def _by_id(client: SaleorClient, variant_id: str) -> Node | None:
    if not is_of("ProductVariant", variant_id):
        return None
    found = _ask(client, "variants_by_id", ids=[variant_id])
    return found[0] if found else None


def _read(client: SaleorClient, variant_id: str) -> Node:
    node = _by_id(client, variant_id)
    if node is None:
        raise PlatformRejected(
            ErrorCode.NOT_FOUND, "Saleor has no such variant.", field="variant_id"
        )
    return node


def _shown(client: SaleorClient, variant_id: str) -> PlatformVariant:
    shown = host_variant(_read(client, variant_id))
    if shown is None:
        raise PlatformRejected(ErrorCode.INVALID, "It became a product of another type meanwhile.")
    return shown


def _ask(client: SaleorClient, operation: str, **variables: object) -> list[dict[str, Any]]:
    return nodes(client.execute(operation, variables)["productVariants"])


def _taken(sku: str) -> Rejected:
    return PlatformRejected(
        ErrorCode.UNIQUE,
        f"Saleor sells something else under the article number {sku}.",
        field="sku",
    )
