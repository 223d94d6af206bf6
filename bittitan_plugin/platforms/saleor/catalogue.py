"""Makes what a Saleor needs before *Get Services Definition*: types, properties, group.

Each step looks before it makes, so that it can be interrupted and run again; what exists already
is never changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.errors import PlatformUnavailable, Rejected
from bittitan_plugin.platforms.saleor.client import SaleorClient
from bittitan_plugin.platforms.saleor.paging import nodes
from bittitan_plugin.platforms.saleor.slugs import attribute_slug, category_slug, group_slug
from bittitan_plugin.platforms.saleor.versions import has_digital_types
from bittitan_plugin.ports.platform import TypeDefinition

Node = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A channel of Saleor, which sells in one currency."""

    id: str
    slug: str
    currency: str


@dataclass(frozen=True, kw_only=True)
class CatalogueIndex:
    """What exists already."""

    #: Ids of the product types, and of the attributes each of them has, by slug.
    types: Mapping[str, str]
    assigned: Mapping[str, frozenset[str]]
    #: Ids of the attributes, by slug.
    attributes: Mapping[str, str]
    #: The group, and whether it is listed in any channel.
    group_id: str | None
    group_listed: bool
    #: The category that the settings name, if it exists.
    category_id: str | None
    #: The version of that Saleor now; it may be newer than the one that installed the app.
    version: str
    #: The active channels, in Saleor's order.
    channels: tuple[Channel, ...]

    def selling_in(self, currency: str) -> list[Channel]:
        """The channels of that currency."""
        return [channel for channel in self.channels if channel.currency == currency]


def read_shelves(client: SaleorClient, group: str, category: str = "") -> CatalogueIndex:
    """What exists of our types, properties, ``group`` and ``category`` (its name or slug)."""
    data = client.execute(
        "catalogue",
        {
            "types": [kind.slug for kind in ProductType],
            "attributes": [attribute_slug(each) for each in ("expire", "validity")],
            "group": group_slug(group),
            "categories": [category, category_slug(category)] if category else [],
        },
    )
    types, collections = nodes(data["productTypes"]), nodes(data["collections"])
    found = collections[0] if collections else None
    categories = nodes(data["categories"]) if category else []
    return CatalogueIndex(
        types={each["slug"]: each["id"] for each in types},
        assigned={
            each["slug"]: frozenset(a["slug"] for a in each["productAttributes"] or ())
            for each in types
        },
        attributes={each["slug"]: each["id"] for each in nodes(data["attributes"])},
        group_id=found["id"] if found else None,
        group_listed=bool(found and found["channelListings"]),
        category_id=categories[0]["id"] if categories else None,
        version=data["shop"]["version"] or "",
        channels=tuple(
            Channel(id=each["id"], slug=each["slug"], currency=each["currencyCode"])
            for each in data["channels"] or ()
            if each["isActive"]
        ),
    )


def ensure_product_types(
    client: SaleorClient, definitions: Sequence[TypeDefinition], group: str
) -> frozenset[str]:
    """Make missing types and properties; returns the slugs of the types that were made."""
    shelves = read_shelves(client, group)
    attributes = dict(shelves.attributes)
    for each in {p.slug: p for d in definitions for p in d.properties}.values():
        slug = attribute_slug(each.slug)
        if slug not in attributes:
            made = _make(client, "attribute_create", {"name": each.name, "slug": slug})
            attributes[slug] = made["attributeCreate"]["attribute"]["id"]
    made_types = set()
    for definition in definitions:
        slugs = [attribute_slug(each.slug) for each in definition.properties]
        if definition.slug not in shelves.types:
            wanted = _type_input(definition, [attributes[slug] for slug in slugs], shelves.version)
            _make(client, "product_type_create", {"input": wanted})
            made_types.add(definition.slug)
            continue
        missing = [slug for slug in slugs if slug not in shelves.assigned[definition.slug]]
        if missing:
            operations = [{"id": attributes[slug], "type": "PRODUCT"} for slug in missing]
            type_id = shelves.types[definition.slug]
            _make(client, "attributes_assign", {"productType": type_id, "operations": operations})
    return frozenset(made_types)


def _type_input(
    definition: TypeDefinition, attributes: Sequence[str], version: str
) -> dict[str, object]:
    digital = {"isDigital": True} if has_digital_types(version) else {}
    return {
        "name": definition.name,
        "slug": definition.slug,
        "kind": "NORMAL",
        "hasVariants": False,
        "isShippingRequired": False,
        "productAttributes": list(attributes),
        **digital,
    }


def ensure_category(client: SaleorClient, group: str, category: str) -> CatalogueIndex:
    """What exists, after making a missing category; none is made without a name."""
    shelves = read_shelves(client, group, category)
    if shelves.category_id is not None or not category:
        return shelves
    wanted = {"name": category, "slug": category_slug(category)}
    made = _make(client, "category_create", wanted)
    return replace(shelves, category_id=made["categoryCreate"]["category"]["id"])


def ensure_group(client: SaleorClient, name: str) -> None:
    """Make the collection, visible in every channel; one that staff list somewhere is kept."""
    shelves = read_shelves(client, name)
    group_id = shelves.group_id
    if group_id is None:
        made = _make(client, "collection_create", {"name": name, "slug": group_slug(name)})
        group_id = made["collectionCreate"]["collection"]["id"]
    if not shelves.group_listed and shelves.channels:
        listings = [{"channelId": each.id, "isPublished": True} for each in shelves.channels]
        client.execute("collection_publish", {"id": group_id, "channels": listings})


def _make(client: SaleorClient, name: str, variables: Mapping[str, object]) -> dict[str, Any]:
    try:
        return client.execute(name, variables)
    except Rejected as rejection:
        if rejection.code in {"UNIQUE", "ATTRIBUTE_ALREADY_ASSIGNED"}:
            # Another process makes the same at this moment: the next look finds it.
            raise PlatformUnavailable(f"{rejection.message} Try again.") from rejection
        raise
