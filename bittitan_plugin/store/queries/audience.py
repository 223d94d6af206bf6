"""For whom a list is read. There is no default, so that no query can forget it."""

from dataclasses import dataclass
from uuid import UUID

from bittitan_plugin.domain.access import OwnAccounts


@dataclass(frozen=True)
class Everything:
    """Staff: everything of the installation."""


@dataclass(frozen=True, kw_only=True)
class OnlyAccounts:
    """A customer: what belongs to its accounts, or to an end customer of the one that buys."""

    buyer_id: UUID | None
    named_ids: tuple[UUID, ...]

    @property
    def ids(self) -> list[UUID]:
        """The ids of all its accounts."""
        return [*self.named_ids, *([self.buyer_id] if self.buyer_id else [])]


@dataclass(frozen=True)
class Nothing:
    """A customer the plugin has never sold to."""


Audience = Everything | OnlyAccounts | Nothing
EVERYTHING = Everything()
NOTHING = Nothing()


def audience_of(own: OwnAccounts) -> Audience:
    """The audience of a customer with these accounts."""
    if not own.every:
        return NOTHING
    return OnlyAccounts(
        buyer_id=own.buyer.id if own.buyer else None,
        named_ids=tuple(each.id for each in own.named),
    )
