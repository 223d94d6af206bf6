"""For whom a list is read. There is no default: a query cannot forget to say it."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Everything:
    """Staff: whatever the installation holds."""


@dataclass(frozen=True)
class OnlyAccount:
    """A customer: what belongs to this account, or to an end customer of it."""

    account_id: UUID


@dataclass(frozen=True)
class Nothing:
    """A customer the plugin has never sold to."""


Audience = Everything | OnlyAccount | Nothing
EVERYTHING = Everything()
NOTHING = Nothing()
