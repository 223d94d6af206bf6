"""The plugin's settings for all forms, made from the declaration in ``plugin.toml``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bittitan_plugin.base.manifest import ConfigurationField, FieldType, manifest
from bittitan_plugin.domain.absence import AccountChange
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.services.coupon_account import of_another_account
from bittitan_plugin.services.installations import shown_values
from bittitan_plugin.services.ports import Ports


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One setting on the form."""

    field: ConfigurationField
    #: The stored value, masked if it is a secret, and the value in the form.
    stored: str
    typed: str
    error: str | None = None

    @property
    def is_secret(self) -> bool:
        """Whether it is shown masked and typed hidden."""
        return self.field.type is FieldType.SECRET

    @property
    def is_switch(self) -> bool:
        """Whether it is on or off."""
        return self.field.type is FieldType.BOOLEAN


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
