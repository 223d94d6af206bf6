"""The asset's history: who changed what, when, from which value to which."""

from datetime import datetime

import strawberry

from bittitan_plugin.domain.history import ActorKind, HistoryEntry


@strawberry.type(description="One recorded change of an asset. Entries are only ever added.")
class BitTitanHistoryEntry:
    """Coupon codes never appear in it."""

    at: datetime = strawberry.field(description="When it happened.")
    actor_kind: ActorKind = strawberry.field(description="Who caused it.")
    actor_name: str = strawberry.field(description="An e-mail address or the name of an event.")
    field: str = strawberry.field(description="Which of the asset's fields changed.")
    before: str | None = strawberry.field(description="The value it had, in words.")
    after: str | None = strawberry.field(description="The value it got, in words.")

    @classmethod
    def of(cls, entry: HistoryEntry) -> "BitTitanHistoryEntry":
        """From the domain's value."""
        return cls(
            at=entry.at,
            actor_kind=entry.actor.kind,
            actor_name=entry.actor.name,
            field=entry.change.field,
            before=entry.change.before,
            after=entry.change.after,
        )
