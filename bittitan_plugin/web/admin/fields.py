"""Columns of the lists: how a value is shown, and its filters."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette_admin.fields import BaseField, EnumField, StringField

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.audit_entries import Subject, SubjectKind
from bittitan_plugin.domain.money import Money, smallest_unit
from bittitan_plugin.web.admin.admin_context import context_of
from bittitan_plugin.web.admin.export import Cell
from bittitan_plugin.web.admin.filters import (
    Contains,
    FromDay,
    Is,
    IsEmpty,
    IsSet,
    NoneOf,
    OneOf,
    UntilDay,
)
from bittitan_plugin.web.admin.wording import recorded, spoken
from bittitan_plugin.web.pages import instant, money

Getter = Callable[[Any], object]

#: How cells stand in their column, as classes of Tabler's: numbers, and names without blanks.
_RIGHT, _ONE_LINE = {"cell": "text-end"}, {"cell": "text-nowrap"}

#: The template of a cell that opens its row's page.
OPENING = "fields/list/opening.html"

#: The list whose pages show subjects of a kind. Other kinds have no page of one.
SUBJECT_LISTS = {
    SubjectKind.ASSET: "assets",
    SubjectKind.PRODUCT: "products",
    SubjectKind.ORDER: "orders",
    SubjectKind.ACCOUNT: "accounts",
    SubjectKind.PROBLEM: "problems",
    SubjectKind.CUSTOMER: "customers",
    SubjectKind.STAFF: "staff",
}


def _got(get: Getter) -> Callable[[Request, Any], object]:
    return lambda _request, item: get(item)


def text(
    name: str, label: str, get: Getter, *, sortable: bool = True, one_line: bool = False
) -> StringField:
    """Text, filtered by a part of it; an empty one is none. ``one_line`` is for short names."""
    return StringField(
        name=name,
        label=label,
        getter=lambda _request, item: get(item) or None,
        extra=_ONE_LINE if one_line else None,
        filters=[Contains, Is, IsEmpty, IsSet],
        orderable=sortable,
    )


def plain(name: str, label: str, get: Getter, *, exported: bool = True) -> StringField:
    """A value without filters and sorting."""
    return StringField(
        name=name,
        label=label,
        getter=_got(get),
        filters=[],
        orderable=False,
        exclude_from_export=not exported,
    )


def status(name: str, label: str, get: Callable[[Any], str]) -> StringField:
    """A computed status, as a coloured badge."""
    return StringField(
        name=name,
        label=label,
        getter=lambda _request, item: spoken(get(item)),
        filters=[],
        orderable=False,
        list_template="fields/list/status.html",
    )


def choice(
    name: str, label: str, get: Getter, choices: Iterable[StrEnum] | Iterable[str]
) -> EnumField:
    """One of a few statuses, as a coloured badge."""
    return EnumField(
        name=name,
        label=label,
        getter=_got(get),
        choices=[(str(value), spoken(value)) for value in choices],
        filters=[OneOf, NoneOf],
        list_template="fields/list/status.html",
        detail_template="fields/list/status.html",
        copy_to_clipboard=False,
    )


@dataclass
class MomentField(StringField):
    """An instant in the instance's time zone."""

    async def serialize_value(self, request: Request, value: Any) -> Any:
        """The instant for people."""
        return instant(value, context_of(request).zone)


def moment(name: str, label: str, get: Callable[[Any], datetime | None]) -> MomentField:
    """An instant, filtered by days of the instance's time zone."""
    return MomentField(name=name, label=label, getter=_got(get), filters=[FromDay, UntilDay])


@dataclass
class MoneyField(StringField):
    """An amount with its currency, or several: exported as a number and a currency, a row each."""

    async def serialize_value(self, _request: Request, value: Any) -> Any:
        """``1,234.50 USD``."""
        return ", ".join(map(money, amounts_of(value)))


def amounts_of(value: Money | Sequence[Money] | None) -> Sequence[Money | None]:
    """The amounts of a cell: one or several; None where there is none."""
    if value is None or isinstance(value, Money):
        return [value]
    return list(value) or [None]


@dataclass
class AssetField(StringField):
    """An asset as a link to its page."""

    async def serialize_value(self, request: Request, value: Any) -> Any:
        """What the template of the cell needs."""
        return {"id": str(value.id), "name": _name(value)}


def asset_link(name: str, label: str, get: Callable[[Any], Asset | None]) -> AssetField:
    """An asset, filtered by a part of its name."""
    return AssetField(
        name=name,
        label=label,
        getter=_got(get),
        filters=[Contains, IsEmpty, IsSet],
        list_template="fields/list/asset.html",
    )


@dataclass
class SubjectField(StringField):
    """The object of a change as a link to its page, where it has one."""

    async def serialize_value(self, request: Request, value: Any) -> Any:
        """What the template of the cell needs."""
        return {"id": value.id, "name": value.name, "list": SUBJECT_LISTS.get(value.kind)}


def subject_link(name: str, label: str, get: Callable[[Any], Subject]) -> SubjectField:
    """The object of a change, filtered by a part of its name."""
    return SubjectField(
        name=name,
        label=label,
        getter=_got(get),
        filters=[Contains, Is],
        list_template="fields/list/subject.html",
    )


@dataclass
class RecordedField(StringField):
    """A value before or after a change, in words; exported as it is kept."""

    async def serialize_value(self, request: Request, value: Any) -> Any:
        """Constants and flags as words, instants as dates."""
        field, kept = value
        return recorded(field, kept, context_of(request).zone)


def change(name: str, label: str, get: Callable[[Any], tuple[str, str | None]]) -> RecordedField:
    """A value before or after a change, given with the name of its field."""

    def known(item: Any) -> tuple[str, str] | None:
        field, kept = get(item)
        return None if kept is None else (field, kept)

    return RecordedField(name=name, label=label, getter=_got(known), filters=[], orderable=False)


def button(
    name: str, label: str, get: Callable[[Any], str | None], *, template: str
) -> StringField:
    """A form in the row, given what it sends; where that is None there is none."""
    return StringField(
        name=name,
        label=label,
        getter=_got(get),
        filters=[],
        orderable=False,
        exclude_from_export=True,
        list_template=template,
    )


def amount(name: str, label: str, get: Callable[[Any], Money | None]) -> MoneyField:
    """Money; sorted by the number, regardless of its currency."""
    return MoneyField(name=name, label=label, getter=_got(get), filters=[], extra=_RIGHT)


def number(name: str, label: str, get: Callable[[Any], int | str | None]) -> StringField:
    """A number, or a word where there is none."""
    return StringField(name=name, label=label, getter=_got(get), filters=[], extra=_RIGHT)


def amounts(name: str, label: str, get: Callable[[Any], Sequence[Money]]) -> MoneyField:
    """Several amounts, such as a price in each currency."""
    return replace(amount(name, label, lambda _item: None), getter=_got(get), orderable=False)


def headings(shown: Sequence[BaseField]) -> list[str]:
    """What stands above the columns of an export; an amount has its currency beside it."""
    found = []
    for field in shown:
        found.append(str(field.label))
        if isinstance(field, MoneyField):
            found.append(f"{field.label}, currency")
    return found


def exported(shown: Sequence[BaseField], values: Sequence[Any], zone: ZoneInfo) -> list[list[Cell]]:
    """An item as rows of an export: one, or one for each of several amounts."""
    several = [
        len(amounts_of(value))
        for field, value in zip(shown, values, strict=True)
        if isinstance(field, MoneyField)
    ]
    rows = []
    for index in range(max(several, default=1)):
        row: list[Cell] = []
        for field, value in zip(shown, values, strict=True):
            if isinstance(field, MoneyField):
                priced = amounts_of(value)
                row += _amount_and_currency(priced[min(index, len(priced) - 1)])
            else:
                row.append(_cell(field, value, zone))
        rows.append(row)
    return rows


def named(first: BaseField, value: Any, zone: ZoneInfo) -> str:
    """A row by what stands in its first column."""
    shown = _cell(first, value, zone)
    return "–" if shown is None else str(shown)


def _amount_and_currency(priced: Money | None) -> tuple[Cell, Cell]:
    if priced is None:
        return None, None
    digits = smallest_unit(priced.currency)
    exact = priced.amount.quantize(digits) if digits else priced.amount
    return exact if exact == priced.amount else priced.amount, priced.currency


def _cell(field: BaseField, value: Any, zone: ZoneInfo) -> Cell:
    match value:
        case None | "":
            return None
        case datetime():
            return value.astimezone(zone)
        case bool():
            return "Yes" if value else "No"
        case int() | Decimal():
            return value
        case Asset():
            return _name(value)
        case Subject():
            return value.name
        case (_, str(kept)):
            return kept
    return spoken(value) if isinstance(field, EnumField) else str(value)


def _name(asset: Asset) -> str:
    return asset.friendly_name or asset.name


def opening(first: BaseField) -> BaseField:
    """The first column of a list, whose cells open their rows' pages."""
    if first.list_template == OPENING:
        return first
    # It names the row, so that it stands at the left even where the name is a number.
    extra = {"shown": first.list_template}
    return replace(first, list_template=OPENING, null_template=OPENING, extra=extra)
