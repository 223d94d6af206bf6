"""Columns of the lists: how a value is shown, and its filters."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from starlette.requests import Request
from starlette_admin.fields import BaseField, EnumField, StringField
from starlette_admin.types import RequestAction

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.audit_entries import Subject, SubjectKind
from bittitan_plugin.domain.money import Money
from bittitan_plugin.web.admin.admin_context import context_of
from bittitan_plugin.web.admin.filters import (
    Contains,
    FromDay,
    IsEmpty,
    IsSet,
    NoneOf,
    OneOf,
    UntilDay,
)
from bittitan_plugin.web.admin.wording import spoken
from bittitan_plugin.web.pages import instant, money

Getter = Callable[[Any], object]

#: Where numbers stand in their column, as a class of Tabler's.
_RIGHT = {"align": "text-end"}

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


def text(name: str, label: str, get: Getter, *, sortable: bool = True) -> StringField:
    """Text, filtered by a part of it."""
    return StringField(
        name=name,
        label=label,
        getter=_got(get),
        filters=[Contains, IsEmpty, IsSet],
        orderable=sortable,
    )


def plain(name: str, label: str, get: Getter) -> StringField:
    """A value without filters and sorting."""
    return StringField(name=name, label=label, getter=_got(get), filters=[], orderable=False)


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
    """An instant in the instance's time zone; exported with its offset."""

    async def serialize_value(self, request: Request, value: Any) -> Any:
        """The instant for people, or as ISO 8601 for an export."""
        zone = context_of(request).zone
        if request.state.action == RequestAction.EXPORT:
            return value.astimezone(zone).isoformat(timespec="seconds")
        return instant(value, zone)


def moment(name: str, label: str, get: Callable[[Any], datetime | None]) -> MomentField:
    """An instant, filtered by days of the instance's time zone."""
    return MomentField(name=name, label=label, getter=_got(get), filters=[FromDay, UntilDay])


@dataclass
class MoneyField(StringField):
    """An amount with its currency."""

    async def serialize_value(self, _request: Request, value: Any) -> Any:
        """``1,234.50 USD``."""
        return money(value)


@dataclass
class AssetField(StringField):
    """An asset as a link to its page; its name in an export."""

    async def serialize_value(self, request: Request, value: Any) -> Any:
        """What the template of the cell needs."""
        name = value.friendly_name or value.name
        if request.state.action == RequestAction.EXPORT:
            return name
        return {"id": str(value.id), "name": name}


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
    """The object of a change as a link to its page, where it has one; its name in an export."""

    async def serialize_value(self, request: Request, value: Any) -> Any:
        """What the template of the cell needs."""
        if request.state.action == RequestAction.EXPORT:
            return value.name
        return {"id": value.id, "name": value.name, "list": SUBJECT_LISTS.get(value.kind)}


def subject_link(name: str, label: str, get: Callable[[Any], Subject]) -> SubjectField:
    """The object of a change, filtered by a part of its name."""
    return SubjectField(
        name=name,
        label=label,
        getter=_got(get),
        filters=[Contains],
        list_template="fields/list/subject.html",
    )


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


def number(name: str, label: str, get: Callable[[Any], int | None]) -> StringField:
    """A count."""
    return StringField(name=name, label=label, getter=_got(get), filters=[], extra=_RIGHT)


def opening(first: BaseField) -> BaseField:
    """The first column of a list, whose cells open their rows' pages."""
    if first.list_template == OPENING:
        return first
    extra = (first.extra or {}) | {"shown": first.list_template}
    return replace(first, list_template=OPENING, null_template=OPENING, extra=extra)
