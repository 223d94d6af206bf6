"""What an app can ask."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from tests.fakes.saleor.records import App
from tests.fakes.saleor.state import FakeSaleor
from tests.fakes.saleor.views import View, Views, connection, page

Resolver = Callable[..., Any]

#: Any of these shows an app every product. From Saleor's documentation.
SEES_PRODUCTS = frozenset({"MANAGE_PRODUCTS", "MANAGE_ORDERS", "MANAGE_DISCOUNTS"})


class Queries:
    """The query type's fields."""

    def __init__(self, saleor: FakeSaleor, app: App | None) -> None:
        self._saleor = saleor
        self._app = app
        self._views = Views(saleor)

    def fields(self) -> Mapping[str, Resolver]:
        return {
            "app": self.app,
            "shop": lambda _info: {"version": self._saleor.version, "name": "Fake"},
            "user": self.user,
            "order": self.order,
            "orders": self.orders,
            "warehouses": lambda _info, **_: connection(
                [{"id": self._saleor.warehouse, "name": "Default"}]
            ),
            "productTypes": self.product_types,
            "attributes": self.attributes,
            "collections": self.collections,
            "categories": self.categories,
            "channels": lambda _info: [
                self._views.channel(each) for each in self._saleor.channels.values()
            ],
            "products": self.products,
            "productVariants": self.variants,
        }

    def app(self, _info: object, **_: object) -> View | None:
        if self._app is None:
            return None
        return {
            "id": self._app.id,
            "identifier": self._app.identifier,
            "name": "BitTitan",
            "isActive": self._app.active,
            "webhooks": [
                {"name": name, "isActive": active} for name, active in self._app.webhooks.items()
            ],
            "permissions": [{"code": code, "name": code} for code in sorted(self._app.permissions)],
        }

    def user(self, _info: object, id: str = "", **_: object) -> View | None:  # noqa: A002
        found = self._saleor.users.get(id)
        return self._views.user(found) if found else None

    def order(self, _info: object, id: str = "", **_: object) -> View | None:  # noqa: A002
        found = self._saleor.orders.get(id)
        return self._views.order(found) if found else None

    def orders(
        self,
        _info: object,
        where: Mapping[str, Any] | None = None,
        filter: Mapping[str, Any] | None = None,  # noqa: A002
        first: int = 100,
        after: str | None = None,
        **_: object,
    ) -> View:
        since = datetime.fromisoformat((where or filter or {})["updatedAt"]["gte"])
        changed = [each for each in self._saleor.orders.values() if each.updated_at >= since]
        changed.sort(key=lambda each: each.updated_at)
        return page(changed, self._views.order, first, after)

    def product_types(self, _info: object, filter: Mapping[str, Any], **_: object) -> View:  # noqa: A002
        found = (t for t in self._saleor.product_types.values() if t.slug in filter["slugs"])
        return connection([self._views.product_type(each) for each in found])

    def attributes(self, _info: object, where: Mapping[str, Any], **_: object) -> View:
        wanted = where["slug"]["oneOf"]
        found = (a for a in self._saleor.attributes.values() if a.slug in wanted)
        return connection([self._views.attribute(each.id) for each in found])

    def collections(self, _info: object, filter: Mapping[str, Any], **_: object) -> View:  # noqa: A002
        found = [c for c in self._saleor.collections.values() if c.slug in filter["slugs"]]
        shown = [
            {
                "id": each.id,
                "slug": each.slug,
                "name": each.name,
                "channelListings": [
                    {
                        "id": key,
                        "channel": self._views.channel(self._saleor.channels[key]),
                        "isPublished": published,
                    }
                    for key, published in each.channels.items()
                ],
            }
            for each in found
        ]
        return connection(shown)

    def categories(self, _info: object, filter: Mapping[str, Any], **_: object) -> View:  # noqa: A002
        found = (c for c in self._saleor.categories.values() if c.slug in filter["slugs"])
        return connection([self._views.category(each.id) for each in found])

    def products(
        self,
        _info: object,
        filter: Mapping[str, Any],  # noqa: A002
        first: int = 100,
        after: str | None = None,
        **_: object,
    ) -> View:
        wanted = filter["productTypes"]
        shown = self._saleor.products.values() if self._sees_products() else ()
        found = [p for p in shown if p.product_type in wanted]
        return page(found, self._views.product, first, after)

    def variants(
        self,
        _info: object,
        ids: list[str] | None = None,
        filter: Mapping[str, Any] | None = None,  # noqa: A002
        first: int = 100,
        **_: object,
    ) -> View:
        skus = (filter or {}).get("sku")
        found = [
            each
            for each in (self._saleor.variants.values() if self._sees_products() else ())
            if (ids is None or each.id in ids) and (skus is None or each.sku in skus)
        ]
        return page(found, self._views.variant, first, None)

    def _sees_products(self) -> bool:
        """Others see them only in a channel, and there what is published."""
        return bool(self._app and self._app.permissions & SEES_PRODUCTS)
