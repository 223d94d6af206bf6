"""Converts rows to domain values and back.

A field of a value is a column of the same name, and an enum is stored as its value; ``to_columns``
and ``from_row`` derive that from the value's class. Only exceptions are written out below: money,
which is an amount beside a currency, and parts that are columns of their owner's row.

Enums are not column types: one unknown value in one row would then fail the whole reading, and
``readable`` could not show the other rows.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import fields
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, ClassVar, Protocol, TypeVar, get_args, get_type_hints

import structlog
from sqlalchemy import Row

from bittitan_plugin.domain.assets import Asset, ProvisioningError
from bittitan_plugin.domain.billing import InvoiceReference, Refund, RefundStatus
from bittitan_plugin.domain.catalogue import Listed, Product
from bittitan_plugin.domain.history import Actor, Change, HistoryEntry
from bittitan_plugin.domain.money import Money
from bittitan_plugin.store.tables import AssetRow, HistoryRow

Found = TypeVar("Found")
T = TypeVar("T")


class DataclassInstance(Protocol):
    """A value whose fields are known."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


Value = TypeVar("Value", bound=DataclassInstance)

_log = structlog.get_logger(__name__)


def to_columns(
    value: DataclassInstance, *, prefix: str = "", without: Collection[str] = ()
) -> dict[str, Any]:
    """The columns of a value: its fields, except those named in ``without``."""
    columns = {}
    for name, enum in _enums(type(value)):
        if name not in without:
            found = getattr(value, name)
            columns[prefix + name] = found if enum is None or found is None else found.value
    return columns


def from_row(kind: type[Value], row: object, *, prefix: str = "", **apart: Any) -> Value:
    """The value of that kind in a row; ``apart`` are its fields that are not stored as columns.

    Raises ``ValueError`` where a column has a value that the field's enum does not know.
    """
    for name, enum in _enums(kind):
        if name not in apart:
            stored = getattr(row, prefix + name)
            apart[name] = stored if enum is None or stored is None else enum(stored)
    return kind(**apart)


@cache
def _enums(kind: type[DataclassInstance]) -> tuple[tuple[str, type[Enum] | None], ...]:
    """The fields of that class, each with its enum, if it has one."""
    hints = get_type_hints(kind)
    return tuple((each.name, _enum(hints[each.name])) for each in fields(kind))


def _enum(hint: Any) -> type[Enum] | None:
    """``Colour`` of the hints ``Colour`` and ``Colour | None``."""
    for each in (hint, *get_args(hint)):
        if isinstance(each, type) and issubclass(each, Enum):
            return each
    return None


def readable(
    rows: Iterable[Found],
    read: Callable[[Found], T],
    left_out: Callable[[Found], object] = lambda _row: None,
) -> list[T]:
    """The values of these rows, for callers that read many.

    An unreadable row does not hide the others: it is logged, and ``left_out`` is called.
    """
    found = []
    for row in rows:
        try:
            found.append(read(row))
        except Exception as error:
            which = str(getattr(row, "id", "?"))
            _log.exception("row_unreadable", id=which, error=type(error).__name__)
            left_out(row)
    return found


def asset_values(asset: Asset) -> dict[str, Any]:
    """The columns of an asset's row."""
    refund = asset.refund
    return {
        **to_columns(asset, without=_NOT_COLUMNS_OF_ASSET),
        "unit_amount": asset.unit_price.amount,
        "total_amount": asset.total.amount,
        "tax_amount": asset.tax.amount if asset.tax else None,
        "currency": asset.total.currency,
        **_part_columns(ProvisioningError, asset.provisioning_error, "provisioning_error_"),
        **_part_columns(InvoiceReference, asset.invoice, "invoice_"),
        **_part_columns(InvoiceReference, asset.credit_invoice, "credit_invoice_"),
        "refund_status": refund.status.value if refund else None,
        "refund_amount": refund.amount.amount if refund else None,
        "refund_by_hand_amount": refund.by_hand.amount if refund else None,
        "refund_reason": refund.reason if refund else None,
    }


_NOT_COLUMNS_OF_ASSET = frozenset(
    {"unit_price", "total", "tax", "provisioning_error", "invoice", "credit_invoice", "refund"}
)


def to_asset(row: AssetRow | Row[Any]) -> Asset:
    """The asset a row holds."""
    return from_row(
        Asset,
        row,
        unit_price=Money(row.unit_amount, row.currency),
        total=Money(row.total_amount, row.currency),
        tax=None if row.tax_amount is None else Money(row.tax_amount, row.currency),
        provisioning_error=_part(ProvisioningError, row, "provisioning_error_"),
        invoice=_part(InvoiceReference, row, "invoice_"),
        credit_invoice=_part(InvoiceReference, row, "credit_invoice_"),
        refund=_refund(row),
    )


def _refund(row: AssetRow | Row[Any]) -> Refund | None:
    if row.refund_status is None or row.refund_amount is None:
        return None
    return Refund(
        status=RefundStatus(row.refund_status),
        amount=Money(row.refund_amount, row.currency),
        by_hand=Money(row.refund_by_hand_amount or Decimal(0), row.currency),
        reason=row.refund_reason or "",
    )


def _part(kind: type[Value], row: object, prefix: str) -> Value | None:
    """A part that the row may lack: then its first field is null."""
    first = fields(kind)[0].name
    return None if getattr(row, prefix + first) is None else from_row(kind, row, prefix=prefix)


def _part_columns(
    kind: type[DataclassInstance], part: "DataclassInstance | None", prefix: str
) -> dict[str, Any]:
    if part is None:
        return dict.fromkeys(prefix + each.name for each in fields(kind))
    return to_columns(part, prefix=prefix)


def product_values(product: Product) -> dict[str, Any]:
    """The columns of a product's row; prices have rows of their own."""
    listed = product.imported
    return {
        **to_columns(product, without=("prices", "imported")),
        "imported_name": listed.name if listed else None,
        "imported_amount": listed.price.amount if listed else None,
        "imported_currency": listed.price.currency if listed else None,
    }


def to_product(row: Row[Any], prices: dict[str, Money]) -> Product:
    """The product a row holds, with its prices by currency."""
    return from_row(Product, row, prices=prices, imported=_listed(row))


def _listed(row: Row[Any]) -> Listed | None:
    name, amount, currency = row.imported_name, row.imported_amount, row.imported_currency
    if name is None or amount is None or currency is None:
        return None
    return Listed(name=name, price=Money(amount, currency))


def history_values(entry: HistoryEntry) -> dict[str, Any]:
    """The columns of the row that keeps one change."""
    return {
        "at": entry.at,
        **to_columns(entry.actor, prefix="actor_"),
        **to_columns(entry.change),
    }


def to_history(row: HistoryRow) -> HistoryEntry:
    """The change a row keeps."""
    actor = from_row(Actor, row, prefix="actor_")
    return HistoryEntry(at=row.at, actor=actor, change=from_row(Change, row))
