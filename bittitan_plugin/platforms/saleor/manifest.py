"""The manifest that a Saleor reads before it installs the app: permissions and webhooks."""

from collections.abc import Mapping
from typing import Any

from bittitan_plugin.base.manifest import manifest
from bittitan_plugin.platforms.saleor.documents import subscription
from bittitan_plugin.platforms.saleor.versions import REQUIRED, has_widgets

#: Saleor identifies the app by it; it must never change.
APP_ID = "bittitan.plugin"
#: All are used: orders, fulfilments and invoices; the catalogue and its two types; refunds by
#: payment apps; customers.
PERMISSIONS = (
    "MANAGE_ORDERS",
    "MANAGE_PRODUCTS",
    "MANAGE_PRODUCT_TYPES_AND_ATTRIBUTES",
    "HANDLE_PAYMENTS",
    "MANAGE_USERS",
)
#: Events by the query in ``subscriptions/`` that describes their payload.
EVENTS: Mapping[str, tuple[str, ...]] = {
    "orders": (
        "ORDER_CREATED",
        "ORDER_CONFIRMED",
        "ORDER_PAID",
        "ORDER_FULLY_PAID",
        "ORDER_UPDATED",
        "ORDER_CANCELLED",
        "ORDER_REFUNDED",
        "ORDER_FULLY_REFUNDED",
        "ORDER_FULFILLED",
        "FULFILLMENT_CANCELED",
    ),
    "invoices": ("INVOICE_REQUESTED", "INVOICE_SENT", "INVOICE_DELETED"),
    "products": (
        "PRODUCT_CREATED",
        "PRODUCT_UPDATED",
        "PRODUCT_DELETED",
        "PRODUCT_VARIANT_CREATED",
        "PRODUCT_VARIANT_UPDATED",
        "PRODUCT_VARIANT_DELETED",
    ),
    "app": ("APP_INSTALLED", "APP_STATUS_CHANGED", "APP_DELETED"),
}
_WEBHOOK_NAMES: Mapping[str, str] = {
    "orders": "Orders become licences, refunds take them back",
    "invoices": "Invoices of orders with licences",
    "products": "Licence products follow the catalogue",
    "app": "Whether the app is switched on",
}


def app_manifest(public_url: str, version: str) -> dict[str, Any]:
    """The manifest for a Saleor of that version, with addresses under ``public_url``."""
    base = f"{public_url.rstrip('/')}/saleor"
    about = manifest()
    return {
        "id": APP_ID,
        "name": about.name,
        "version": about.version,
        "about": about.description,
        "author": "bittitan-plugin",
        "requiredSaleorVersion": REQUIRED,
        "permissions": list(PERMISSIONS),
        "appUrl": f"{base}/dashboard",
        "tokenTargetUrl": f"{base}/register",
        "extensions": _extensions(base, version),
        "webhooks": [_webhook(base, name, events) for name, events in EVENTS.items()],
    }


def _webhook(base: str, name: str, events: tuple[str, ...]) -> dict[str, Any]:
    return {
        "name": _WEBHOOK_NAMES[name],
        "targetUrl": f"{base}/webhooks",
        "query": subscription(name),
        "asyncEvents": list(events),
        "isActive": True,
    }


def _extensions(base: str, version: str) -> list[dict[str, Any]]:
    """Widgets on an order and on a customer; before 3.22 entries in those pages' menus."""
    mounts = (("ORDER", "order", "MANAGE_ORDERS"), ("CUSTOMER", "customer", "MANAGE_ORDERS"))
    return [
        {
            "label": "BitTitan licences",
            "permissions": [permission],
            "url": f"{base}/dashboard/{page}",
            **_placed(subject, widget=has_widgets(version)),
        }
        for subject, page, permission in mounts
    ]


def _placed(subject: str, *, widget: bool) -> dict[str, Any]:
    if widget:
        options = {"widgetTarget": {"method": "POST"}}
        return {"mount": f"{subject}_DETAILS_WIDGETS", "target": "WIDGET", "options": options}
    return {"mount": f"{subject}_DETAILS_MORE_ACTIONS", "target": "POPUP"}
