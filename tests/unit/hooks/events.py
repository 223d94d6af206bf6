"""A good event of every kind, to be spoilt."""

from datetime import UTC, datetime
from typing import Any

from bittitan_hooks import events

_INVOICE = {"invoice_id": "invoice-1", "order_id": "order-1", "number": "INV-1"}
_PRODUCT = {"product_id": "product-1", "variant_ids": ["variant-1"], "published": True}
_VARIANT = {
    "variant_id": "variant-1",
    "product_id": "product-1",
    "prices": [{"amount": "14.00", "currency": "USD"}],
}
_SETTINGS = {"active": True, "configuration": [{"name": "time_zone", "value": "UTC"}]}


def line(**changes: Any) -> dict[str, Any]:
    """An order line; ``changes`` replace values."""
    total = {"amount": "349.99", "currency": "USD"}
    price = {"amount": "14.00", "currency": "USD"}
    return {"id": "line-1", "quantity": 25, "unit_price": price, "total": total, **changes}


def order(*lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """An order event's input."""
    return {
        "order": {
            "id": "order-1",
            "number": "1",
            "customer": {"id": "customer-1", "email": "buyer@example.com"},
            "lines": list(lines) or [line()],
            "created_at": datetime(2026, 3, 10, tzinfo=UTC),
            **changes,
        }
    }


def good(kind: type[events.Event]) -> dict[str, Any]:
    """Input from which an event of this kind can be built."""
    bases: dict[type[events.Event], dict[str, Any]] = {
        events.OrderEvent: order(),
        events.InvoiceEvent: _INVOICE,
        events.ProductEvent: _PRODUCT,
        events.VariantEvent: _VARIANT,
        events.ConfigurationEvent: _SETTINGS,
        events.PluginStateRequested: {},
    }
    return next(dict(value) for base, value in bases.items() if issubclass(kind, base))
