"""The plugin's products in a Saleor: products of one variant each, listed and priced by channel.

A product of ours is made whole in one call, so that a lost answer leaves either all of it or
nothing; it is found again by its article number. Stock is never tracked.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from bittitan_plugin.domain.catalogue import HostVariant, ProductType
from bittitan_plugin.domain.errors import ErrorCode, PlatformRejected, Rejected
from bittitan_plugin.domain.importing import brought_up_to_date
from bittitan_plugin.domain.money import Money
from bittitan_plugin.hosts.new_variants import NewVariant, missing, offered
from bittitan_plugin.hosts.port import Offer, Presentation
from bittitan_plugin.hosts.saleor.catalogue import Shelves, read_shelves
from bittitan_plugin.hosts.saleor.client import SaleorClient
from bittitan_plugin.hosts.saleor.ids import is_of
from bittitan_plugin.hosts.saleor.paging import nodes, pages
from bittitan_plugin.hosts.saleor.slugs import product_slug
from bittitan_plugin.hosts.saleor.variants import host_variant

Node = Mapping[str, Any]

#: Products made by one call, well below what Saleor takes.
BATCH = 25
#: Variants asked for by one call; Saleor gives no more than a hundred at a time.
MOST_AT_ONCE = 100


def present(
    client: SaleorClient, presentations: Sequence[Presentation], group: str
) -> dict[str, HostVariant]:
    """The variants that sell these products, by SKU; see the port. Not one transaction: each
    product is, and what was done when it stops stays.
    """
    shelves = read_shelves(client, group)
    found = _find(client, presentations)
    shown = {}
    for wanted in presentations:
        if wanted.sku in found:
            shown[wanted.sku] = _bring_up_to_date(client, shelves, found[wanted.sku], wanted)
    return shown | _make(client, shelves, missing(presentations, found))


def variants(
    client: SaleorClient, product_types: Collection[ProductType], group: str
) -> Iterator[list[HostVariant]]:
    """Every variant of these types, a page of products at a time."""
    known = read_shelves(client, group).types
    ids = [known[kind.slug] for kind in product_types if kind.slug in known]
    if not ids:
        return
    for page in pages(client, "products_of_types", "products", {"types": ids}):
        found = [each for product in page for each in product["variants"] or ()]
        yield [shown for each in found if (shown := host_variant(each)) is not None]


def variants_by_id(client: SaleorClient, ids: Sequence[str]) -> Iterator[Node]:
    """Those of these variants that there are, of whatever type."""
    for start in range(0, len(ids), MOST_AT_ONCE):
        yield from _ask(client, "variants_by_id", ids=ids[start : start + MOST_AT_ONCE])


def offer(client: SaleorClient, wanted: Offer, group: str) -> HostVariant:
    """The variant as staff want it; see the port. Publishing and naming concern its product."""
    shelves = read_shelves(client, group)
    node = _existing(client, wanted)
    if node is None:
        made = _make(client, shelves, [offered(wanted)])
        if wanted.sku not in made:
            raise _taken(wanted)
        return made[wanted.sku]
    if wanted.name is not None and wanted.name != node["product"]["name"]:
        client.execute("product_rename", {"id": node["product"]["id"], "name": wanted.name})
    if wanted.prices is not None:
        _reprice(client, shelves, node, wanted.prices)
    if wanted.published is not None:
        _publish(client, _read(client, node["id"]), published=wanted.published)
    return _shown(client, node["id"])


def withdraw(client: SaleorClient, variant_id: str) -> None:
    """Unpublish the variant's product everywhere."""
    node = _by_id(client, variant_id)
    if node is not None:
        _publish(client, node, published=False)


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
    client: SaleorClient, shelves: Shelves, node: Node, wanted: Presentation
) -> HostVariant:
    shown = host_variant(node)
    assert shown is not None  # noqa: S101 - it was found by its type
    name, prices = brought_up_to_date(
        shown.name, shown.prices, before=wanted.previous, now=wanted.listed
    )
    if wanted.variant_id is None and shelves.group_id:
        products = [node["product"]["id"]]
        client.execute("collection_add", {"collection": shelves.group_id, "products": products})
    if name != shown.name:
        client.execute("product_rename", {"id": node["product"]["id"], "name": name})
    if prices != shown.prices:
        _reprice(client, shelves, node, prices)
    changed = name != shown.name or prices != shown.prices
    return _shown(client, node["id"]) if changed else shown


def _make(
    client: SaleorClient, shelves: Shelves, new: Sequence[NewVariant]
) -> dict[str, HostVariant]:
    """New products, by SKU. One that Saleor refuses, its SKU being taken, is left out."""
    made = {}
    for start in range(0, len(new), BATCH):
        inputs = [_input(shelves, each) for each in new[start : start + BATCH]]
        data = client.execute("products_create", {"products": inputs})
        for result in data["productBulkCreate"]["results"]:
            for node in (result["product"] or {}).get("variants") or ():
                if (shown := host_variant(node)) is not None:
                    made[shown.sku] = shown
    return made


def _input(shelves: Shelves, new: NewVariant) -> dict[str, object]:
    sold_in = [c for price in new.prices.values() for c in shelves.selling_in(price.currency)]
    slug = new.product_type.slug
    if slug not in shelves.types:
        raise PlatformRejected(
            ErrorCode.NOT_FOUND, f"Saleor has no product type '{slug}' any more."
        )
    return {
        "name": new.name,
        "slug": product_slug(new.sku),
        "productType": shelves.types[slug],
        "collections": [shelves.group_id] if shelves.group_id else [],
        # Empty: the days of the plugin's settings count until staff write others here.
        "attributes": [],
        "channelListings": [_listing(each.id, published=new.published) for each in sold_in],
        "variants": [
            {
                "sku": new.sku,
                # Without one Saleor shows an id of nothing as its name (observed on 3.23).
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
    client: SaleorClient, shelves: Shelves, node: Node, prices: Mapping[str, Money]
) -> None:
    """These prices in place of all there were: one currency's in each of its channels."""
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


def _publish(client: SaleorClient, node: Node, *, published: bool) -> None:
    """Show or hide the product in every channel in which the variant has a price."""
    product = node["product"]
    priced = {each["channel"]["id"] for each in node["channelListings"] or () if each["price"]}
    listed = {
        each["channel"]["id"]: each["isPublished"] for each in product["channelListings"] or ()
    }
    concerned = priced if published else set(listed)
    changes = [
        _listing(channel, published=published)
        for channel in sorted(concerned)
        if listed.get(channel) is not published
    ]
    if changes:
        client.execute("product_list", {"id": product["id"], "channels": changes})


def _existing(client: SaleorClient, wanted: Offer) -> Node | None:
    slug = wanted.product_type.slug
    if wanted.variant_id is None:
        found = _ask(client, "variants_by_sku", skus=[wanted.sku])
        if found and found[0]["product"]["productType"]["slug"] != slug:
            raise _taken(wanted)
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


def _shown(client: SaleorClient, variant_id: str) -> HostVariant:
    shown = host_variant(_read(client, variant_id))
    if shown is None:
        raise PlatformRejected(ErrorCode.INVALID, "It became a product of another type meanwhile.")
    return shown


def _ask(client: SaleorClient, operation: str, **variables: object) -> list[dict[str, Any]]:
    return nodes(client.execute(operation, variables)["productVariants"])


def _taken(wanted: Offer) -> Rejected:
    return PlatformRejected(
        ErrorCode.UNIQUE,
        f"Saleor sells something else under the article number {wanted.sku}.",
        field="sku",
    )
