"""Invoices and the catalogue: what webhooks about them say, as the hooks' events."""

from collections.abc import Mapping
from typing import Any

from bittitan_hooks import specs
from bittitan_plugin.domain.catalogue import Said
from bittitan_plugin.platforms.saleor.intake import Firing
from bittitan_plugin.platforms.saleor.variants import days_of, is_published, prices_of

Node = Mapping[str, Any]

_INVOICE_HOOKS: Mapping[str, tuple[str, type[specs.Event]]] = {
    "InvoiceRequested": ("invoice_requested", specs.InvoiceRequested),
    "InvoiceSent": ("invoice_sent", specs.InvoiceSent),
    "InvoiceDeleted": ("invoice_deleted", specs.InvoiceDeleted),
}
_PRODUCT_HOOKS: Mapping[str, tuple[str, type[specs.Event]]] = {
    "ProductCreated": ("product_created", specs.ProductCreated),
    "ProductUpdated": ("product_updated", specs.ProductUpdated),
    "ProductDeleted": ("product_deleted", specs.ProductDeleted),
}
_VARIANT_HOOKS: Mapping[str, tuple[str, type[specs.Event]]] = {
    "ProductVariantCreated": ("product_variant_created", specs.ProductVariantCreated),
    "ProductVariantUpdated": ("product_variant_updated", specs.ProductVariantUpdated),
    "ProductVariantDeleted": ("product_variant_deleted", specs.ProductVariantDeleted),
}


def invoice_events(installation: str, invoice: Node, event: str) -> list[Firing]:
    """What ``InvoiceRequested`` and its like say."""
    hook, kind = _INVOICE_HOOKS[event]
    order = invoice.get("order")
    if not order:  # an invoice that was uploaded for no order of Saleor's
        return []
    said = kind.model_validate(
        {
            "installation": installation,
            "invoice_id": invoice["id"],
            "order_id": order["id"],
            "number": invoice.get("number") or "",
            "url": invoice.get("url"),
        }
    )
    return [Firing(hook, said)]


def product_events(installation: str, product: Node, event: str) -> list[Firing]:
    """What ``ProductUpdated`` and its like say."""
    hook, kind = _PRODUCT_HOOKS[event]
    said = kind.model_validate(
        {
            "installation": installation,
            "product_id": product["id"],
            "name": product.get("name") or "",
            "product_type": product["productType"]["slug"],
            "published": is_published(product),
            "variant_ids": tuple(variant["id"] for variant in product.get("variants") or ()),
            **_days(product),
        }
    )
    return [Firing(hook, said)]


def variant_events(installation: str, variant: Node, event: str) -> list[Firing]:
    """What ``ProductVariantUpdated`` and its like say; read as in ``variants.py``."""
    hook, kind = _VARIANT_HOOKS[event]
    product = variant["product"]
    said = kind.model_validate(
        {
            "installation": installation,
            "variant_id": variant["id"],
            "product_id": product["id"],
            "sku": variant.get("sku") or "",
            "name": product["name"],
            "product_type": product["productType"]["slug"],
            "published": is_published(product),
            **_days(product),
            "prices": tuple(prices_of(variant).values()),
        }
    )
    return [Firing(hook, said)]


def _days(product: Node) -> dict[str, Said]:
    return {
        "expire_days": days_of(product, "expire"),
        "validity_days": days_of(product, "validity"),
    }
