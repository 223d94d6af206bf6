"""Reads the body of a verified webhook: which event it is, when, by whom, about what.

The event's name is read from the signed body, never from the header ``Saleor-Event``, which is not
signed. Bodies of ``event {…}`` subscriptions are flat; those of filtered subscriptions are wrapped
as ``{"data": {"orderCancelled": {…}}}`` (both observed on 3.23).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bittitan_hooks import specs
from bittitan_plugin.platforms.saleor.catalogue_events import (
    invoice_events,
    product_events,
    variant_events,
)
from bittitan_plugin.platforms.saleor.order_events import heard_events


class NotAnEvent(Exception):
    """The body is signed, but is nothing that our subscriptions describe."""


@dataclass(frozen=True, kw_only=True)
class SaleorEvent:
    """One event."""

    #: ``OrderFullyPaid``, for example.
    name: str
    issued_at: datetime | None
    #: Global id of the app that caused it, if an app did.
    caused_by_app: str | None
    #: Global id of the app it is meant for, if it names one.
    recipient: str | None
    #: The payload's fields.
    said: Mapping[str, Any] = field(repr=False)

    @property
    def subject(self) -> str:
        """The name of the field with the event's object: ``order``, ``productVariant`` …"""
        for name in ("order", "invoice", "productVariant", "product", "app"):
            if name in self.said:
                return name
        raise NotAnEvent(f"{self.name} is about nothing that is known")

    @property
    def node(self) -> Mapping[str, Any] | None:
        """The event's object; None where Saleor left it out, as without a permission."""
        found = self.said[self.subject]
        return found if isinstance(found, Mapping) else None


def read_event(body: bytes) -> SaleorEvent:
    """The event in a body. Raises ``NotAnEvent``."""
    try:
        # Amounts stay exact: a float could lose cents.
        found = json.loads(body, parse_float=Decimal, parse_constant=_refused)
    except (ValueError, RecursionError):
        raise NotAnEvent("the body is no JSON") from None
    name, said = _unwrapped(found)
    principal = said.get("issuingPrincipal")
    return SaleorEvent(
        name=name,
        issued_at=_instant(said.get("issuedAt")),
        caused_by_app=_id_of_app(principal),
        recipient=_id(said.get("recipient")),
        said=said,
    )


def hook_events(installation: str, event: SaleorEvent) -> list[specs.Event]:
    """The hooks' events for this event; empty if no hook corresponds to it.

    Raises ``KeyError``, ``TypeError``, ``Rejected`` or ``pydantic.ValidationError`` for content
    that does not fit our subscriptions.
    """
    node = event.node
    if node is None:
        return []
    match event.subject:
        case "order":
            return heard_events(installation, node, event.name)
        case "invoice":
            return invoice_events(installation, node, event.name)
        case "productVariant":
            return variant_events(installation, node, event.name)
        case "product":
            return product_events(installation, node, event.name)
        case _:
            return []


def _unwrapped(found: object) -> tuple[str, Mapping[str, Any]]:
    if not isinstance(found, dict):
        raise NotAnEvent("the body is no object")
    data = found.get("data")
    if isinstance(data, dict) and len(data) == 1 and "__typename" not in found:
        ((field_name, said),) = data.items()
        name = field_name[:1].upper() + field_name[1:]
    else:
        said, name = found, found.get("__typename")
    if not isinstance(said, dict) or not isinstance(name, str):
        raise NotAnEvent("the body names no event")
    return name, said


def _id_of_app(principal: object) -> str | None:
    # Our subscriptions select an id only for apps; anything else with one names its type.
    if isinstance(principal, dict) and principal.get("__typename", "App") == "App":
        return _id(principal)
    return None


def _id(node: object) -> str | None:
    found = node.get("id") if isinstance(node, dict) else None
    return found if isinstance(found, str) else None


def _instant(text: object) -> datetime | None:
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(str(text))
    except ValueError:
        raise NotAnEvent("issuedAt is no point in time") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _refused(_constant: str) -> None:
    raise ValueError("not a number")
