"""Translates webhooks about invoices and the catalogue to the hooks' events."""

from collections.abc import Mapping
from typing import Any

from bittitan_hooks import specs
from bittitan_plugin.domain.catalogue import Said
from bittitan_plugin.platforms.saleor.variants import days_of, is_published, prices_of

Node = Mapping[str, Any]

_Kinds = Mapping[str, type[specs.Event]]


def _named(*kinds: type[specs.Event]) -> _Kinds:
    return {kind.__name__: kind for kind in kinds}


#: The classes by Saleor's names of the events, which are also the hooks' names.
_INVOICE = _named(specs.InvoiceRequested, specs.InvoiceSent, specs.InvoiceDeleted)
_PRODUCT = _named(specs.ProductCreated, specs.ProductUpdated, specs.ProductDeleted)
_VARIANT = _named(
    specs.ProductVariantCreated, specs.ProductVariantUpdated, specs.ProductVariantDeleted
)


def invoice_events(installation: str, invoice: Node, event: str) -> list[specs.Event]:
    """What ``InvoiceRequested`` and its like say."""
    kind = _INVOICE[event]
    order = invoice.get("order")
    if not order:  # an invoice that was uploaded without an order of Saleor
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
    return [said]


def product_events(installation: str, product: Node, event: str) -> list[specs.Event]:
    """What ``ProductUpdated`` and its like say."""
    kind = _PRODUCT[event]
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
    return [said]


def variant_events(installation: str, variant: Node, event: str) -> list[specs.Event]:
    """What ``ProductVariantUpdated`` and its like say; read as in ``variants.py``."""
    kind = _VARIANT[event]
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
    return [said]


def _days(product: Node) -> dict[str, Said]:
    return {
        "expire_days": days_of(product, "expire"),
        "validity_days": days_of(product, "validity"),
    }
