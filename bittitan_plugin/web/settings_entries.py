"""The plugin's settings for all forms, made from the declaration in ``plugin.toml``."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from bittitan_plugin.base.manifest import ConfigurationField, FieldType, Picker, manifest
from bittitan_plugin.domain.absence import AccountChange
from bittitan_plugin.domain.configuration import Configuration, time_zones
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.services.coupon_account import of_another_account
from bittitan_plugin.services.installations import OF_CONNECTION, shown_values
from bittitan_plugin.services.ports import Ports

#: Characters of the longest name of a time zone that is shown; the longest there is has 32.
LONGEST_ZONE = 60


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One setting on the form."""

    field: ConfigurationField
    #: The stored value, masked if it is a secret, and the value in the form.
    stored: str
    typed: str
    error: str | None = None
    #: A secret that was typed and is not stored: sealed, so that the form can keep it.
    held: str = ""

    @property
    def is_secret(self) -> bool:
        """Whether it is shown masked and typed hidden."""
        return self.field.type is FieldType.SECRET

    @property
    def is_switch(self) -> bool:
        """Whether it is on or off."""
        return self.field.type is FieldType.BOOLEAN

    @property
    def chosen(self) -> frozenset[str]:
        """The choices of a list that are in the form."""
        return frozenset(part.strip() for part in self.typed.split(","))

    @property
    def zones(self) -> Mapping[str, Sequence[str]]:
        """The time zones to choose from, by part of the world; empty for any other setting.

        A value that is none of them is among them too, because the form shows what is stored.
        """
        if self.field.picker is not Picker.TIME_ZONE:
            return {}
        # What nobody could choose is not read out at length.
        typed = {self.typed} if len(self.typed) <= LONGEST_ZONE else set()
        names = sorted(time_zones() | typed, key=lambda name: (_part(name), name))
        return {part: list(found) for part, found in groupby(names, _part)}


def _part(zone: str) -> str:
    part, slash, _ = zone.partition("/")
    return part if slash else "Other"


@dataclass(frozen=True, kw_only=True)
class Group:
    """Settings under one heading."""

    title: str
    entries: Sequence[Entry]

    @property
    def id(self) -> str:
        """Its place on the page."""
        return self.title.lower().replace(" ", "-")

    @property
    def is_connection(self) -> bool:
        """Whether it has what a call to the coupon API needs."""
        return self.entries[0].field.name in OF_CONNECTION

    @property
    def is_face(self) -> bool:
        """Whether it is what customers see of the distributor."""
        return self.entries[0].field.name.startswith("brand_")

    @property
    def faults(self) -> int:
        """How many of its settings were refused."""
        return sum(1 for entry in self.entries if entry.error)


def grouped(entries: Iterable[Entry]) -> list[Group]:
    """The entries under their headings, in their order."""
    return [
        Group(title=title, entries=list(found))
        for title, found in groupby(entries, lambda entry: entry.field.group)
    ]


#: Staff's answers to whether it is the same BitTitan account as before.
SAME_ACCOUNT = {"yes": True, "no": False}


@dataclass(frozen=True, kw_only=True)
class AccountQuestion:
    """The form's question whether the settings name the account that sold the coupons."""

    #: Unused coupons known under another account than the stored settings name.
    unused: int
    #: Whether nothing is stored until it is answered.
    asked: bool
    #: The latest changes of the account, newest first.
    changes: Sequence[AccountChange]


def account_question(
    ports: Ports, installation: Installation, *, asked: bool
) -> AccountQuestion | None:
    """The question to show; None where there is nothing to ask and nothing was asked."""
    unused = of_another_account(ports, installation)
    with ports.store.reading(installation.id) as work:
        changes = work.coupons.account_changes(limit=5)
    if not (unused or asked or changes):
        return None
    return AccountQuestion(unused=unused, asked=asked, changes=changes)


def ticked(field: ConfigurationField, sent: Container[object]) -> str:
    """The value of a list that is chosen with one box for each choice."""
    return ", ".join(choice for choice in field.choices if f"{field.name}.{choice}" in sent)


def setting_entries(
    ports: Ports,
    configuration: Configuration,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> list[Entry]:
    """Every setting as it is stored, or as it was typed and refused."""
    shown = {name: value or "" for name, value in shown_values(ports, configuration).items()}
    standing = shown | dict(typed or {})
    return [
        Entry(
            field=field,
            stored=shown[field.name],
            typed=standing[field.name],
            error=(errors or {}).get(field.name),
        )
        for field in manifest().configuration
    ]
