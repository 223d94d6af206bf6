"""The GraphQL types of long runs: their progress and reports."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from bittitan_graphql.global_ids import ASSET, RUN, global_id
from bittitan_plugin.domain.reconciliation import DifferenceKind
from bittitan_plugin.domain.runs import Run, RunKind, RunState


@strawberry.type(description="Something on which two sides do not agree.")
class BitTitanDifference:
    """One of the listed differences; more are only counted."""

    kind: DifferenceKind = strawberry.field(description="What does not agree.")
    message: str = strawberry.field(description="It in one sentence, without any code.")
    asset_id: strawberry.ID | None = strawberry.field(description="The asset, if there is one.")
    order_id: strawberry.ID | None = strawberry.field(description="The platform's order.")


@strawberry.type(description="How many differences of a kind there were.")
class BitTitanDifferenceCount:
    """One row of a report's summary."""

    kind: DifferenceKind = strawberry.field(description="The kind.")
    found: int = strawberry.field(description="How many were found.")
    changed: int = strawberry.field(description="How many of them were mended.")


@strawberry.type(description="What a reconciliation compared, found and did (so far).")
class BitTitanReconciliation:
    """Stored with its run."""

    applies: bool = strawberry.field(description="Whether differences are mended.")
    max_changes: int = strawberry.field(description="How many changes it may make.")
    orders: int = strawberry.field(description="Orders of the platform that were compared.")
    coupons: int = strawberry.field(description="Rows of BitTitan's list that were read.")
    assets: int = strawberry.field(description="Assets that were compared with BitTitan.")
    counts: list[BitTitanDifferenceCount] = strawberry.field(description="What was found, by kind.")
    differences: list[BitTitanDifference] = strawberry.field(description="The first 100 of them.")
    stopped_at_limit: bool = strawberry.field(
        description="Whether it stopped because it may make no more changes: there may be more."
    )
    left_out: list[str] = strawberry.field(
        description="What was not compared, and why; the first 100."
    )
    not_compared: int = strawberry.field(
        description="How many orders, assets and coupons could not be compared. Only where it is "
        "0 does a report without differences mean that everything agrees."
    )

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "BitTitanReconciliation":
        """From the values a run keeps."""
        return cls(
            applies=values["applies"],
            max_changes=values["max_changes"],
            orders=values["orders"],
            coupons=values["coupons"],
            assets=values["assets"],
            counts=[
                BitTitanDifferenceCount(
                    kind=DifferenceKind[kind],
                    found=found,
                    changed=values["changed"].get(kind, 0),
                )
                for kind, found in sorted(values["found"].items())
            ],
            differences=[_difference(each) for each in values["differences"]],
            stopped_at_limit=values["stopped_at_limit"],
            left_out=values["left_out"],
            # Older runs did not count it.
            not_compared=values.get("not_compared", 0),
        )


@strawberry.type(description="Work that takes longer than anybody waits for an answer.")
class BitTitanRun:
    """Query ``bittitanRun`` again to follow it."""

    id: strawberry.ID = strawberry.field(description="Global id.")
    kind: RunKind = strawberry.field(description="What it does.")
    state: RunState = strawberry.field(description="Whether it is at work, and how it ended.")
    done: int = strawberry.field(description="Pieces of work done so far.")
    total: int | None = strawberry.field(description="How many there are; null until it is known.")
    started_by: str = strawberry.field(description="Who began it.")
    started_at: datetime = strawberry.field(description="When it was begun.")
    updated_at: datetime = strawberry.field(description="When it was last heard of.")
    ended_at: datetime | None = strawberry.field(description="When it ended, whichever way.")
    error: str | None = strawberry.field(description="Why it failed or was stopped.")
    reconciliation: BitTitanReconciliation | None = strawberry.field(
        description="What it found (so far), where it is a reconciliation."
    )

    @classmethod
    def of(cls, run: Run) -> "BitTitanRun":
        """From the domain's value."""
        reconciles = run.kind is RunKind.RECONCILIATION and bool(run.report)
        return cls(
            id=global_id(RUN, run.id),
            kind=run.kind,
            state=run.state,
            done=run.done,
            total=run.total,
            started_by=run.started_by,
            started_at=run.started_at,
            updated_at=run.updated_at,
            ended_at=run.ended_at,
            error=run.error,
            reconciliation=BitTitanReconciliation.of(run.report) if reconciles else None,
        )


def _difference(values: Mapping[str, Any]) -> BitTitanDifference:
    asset_id, order_id = values["asset_id"], values["order_id"]
    return BitTitanDifference(
        kind=DifferenceKind[values["kind"]],
        message=values["message"],
        asset_id=global_id(ASSET, UUID(asset_id)) if asset_id else None,
        order_id=strawberry.ID(order_id) if order_id else None,
    )
