"""Finds changes of a Saleor's products that no webhook reported.

A webhook about a product that failed for good is not sent again, and unlike orders, products cannot
be queried by when they changed (observed on 3.23): so every few minutes all of ours are listed.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from bittitan_plugin.domain.catalogue import PRODUCT_GROUP, ProductType
from bittitan_plugin.domain.waits import left
from bittitan_plugin.platforms.saleor.apps import SaleorApp, SaleorApps
from bittitan_plugin.platforms.saleor.client import SaleorClient
from bittitan_plugin.platforms.saleor.ids import is_of
from bittitan_plugin.platforms.saleor.products import variants, variants_by_id
from bittitan_plugin.platforms.saleor.variants import host_variant
from bittitan_plugin.services.catalogue.variants import catch_up
from bittitan_plugin.services.ports import Ports, Tenant

#: Time between two looks at one Saleor.
INTERVAL = timedelta(minutes=3)
#: Without this permission a Saleor shows an app only what is published.
_NEEDED = "MANAGE_PRODUCTS"


class CatalogueWatch:
    """Reads every Saleor that is due. Any number of workers may do so at once."""

    def __init__(self, apps: SaleorApps, ports: Ports) -> None:
        self._apps = apps
        self._ports = ports
        #: When this process looked last.
        self._looked: dict[UUID, datetime] = {}

    def look_due(self) -> None:
        """Read each Saleor that was not read lately; a failed one waits for its next turn."""
        self._apps.visit(self._look_if_due, missed="products_not_looked_at")

    def look(self, app: SaleorApp) -> None:
        """Follow every product of ours there, and unbind those that no longer exist.

        Raises what ``SaleorClient.execute`` raises; what was done until then is kept.
        """
        client = SaleorClient(app.api_url, self._apps.token(app))
        try:
            listed = variants(client, list(ProductType), PRODUCT_GROUP)
            catch_up(Tenant(self._ports, app.installation_id), listed, partial(_gone, client))
        finally:
            client.close()

    def _look_if_due(self, app: SaleorApp) -> None:
        now, last = self._ports.clock(), self._looked.get(app.installation_id)
        if last is None or not left(last + INTERVAL, now, INTERVAL):
            self._looked[app.installation_id] = now
            self.look(app)


def _gone(client: SaleorClient, missing: Sequence[str]) -> Sequence[str]:
    """Those of the unlisted variants that are no longer licences.

    Each is looked up by its id: a list that is read while products are renamed may skip some.
    """
    asked = [each for each in missing if is_of("ProductVariant", each)]
    there = {node["id"] for node in variants_by_id(client, asked) if host_variant(node)}
    gone = [each for each in asked if each not in there]
    if not gone:
        return ()
    me = client.execute("app").get("app") or {}
    may_see = _NEEDED in {each["code"] for each in me.get("permissions") or ()}
    return gone if may_see else ()
