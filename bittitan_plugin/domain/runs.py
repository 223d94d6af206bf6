"""A long run: work that takes longer than anybody waits at a screen, and how far it has come.

It is stored beside the work: a progress bar survives a reload, a report survives its process.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from bittitan_plugin.domain.described import Described
from bittitan_plugin.domain.waits import left

#: A run silent for longer counts as dead: its process ended or never began. Our choice.
SILENCE = timedelta(minutes=15)


class RunKind(Described):
    """What is done. Each installation has at most one run of each kind at work."""

    RECONCILIATION = (
        "RECONCILIATION",
        "Compares the platform's orders, the assets and BitTitan's coupons.",
    )
    STOCK_IMPORT = "STOCK_IMPORT", "Imports coupon codes."
    SERVICES_DEFINITION = "SERVICES_DEFINITION", "Imports BitTitan's list of articles."


class RunState(Described):
    """Whether it is at work, and how it ended."""

    RUNNING = "RUNNING", "It is at work, or will soon be."
    FINISHED = "FINISHED", "It came to its end."
    FAILED = "FAILED", "Something stood in its way; what it did until then stays."
    STOPPED = "STOPPED", "It was ended before its end, or its process ended."


@dataclass(frozen=True, kw_only=True)
class Run:
    """Transitions return the next value; a run that is over never changes again."""

    id: UUID
    kind: RunKind
    state: RunState = RunState.RUNNING
    #: Pieces of work done so far, and how many there are where that is known beforehand.
    done: int = 0
    total: int | None = None
    #: An e-mail address, or the name of what began it automatically.
    started_by: str
    started_at: datetime
    updated_at: datetime
    ended_at: datetime | None = None
    #: What it found and did, as plain values. Never a code or a password.
    report: Mapping[str, Any] = field(default_factory=dict)
    #: One sentence, where it failed or was stopped.
    error: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether it has ended, whichever way."""
        return self.state is not RunState.RUNNING

    def is_silent(self, now: datetime, silence: timedelta = SILENCE) -> bool:
        """Whether its state is at work and it has reported nothing for ``silence``."""
        return not self.is_over and not left(self.updated_at + silence, now, silence)

    def progressed(
        self,
        now: datetime,
        *,
        done: int,
        total: int | None = None,
        report: Mapping[str, Any] | None = None,
    ) -> "Run":
        """It has come so far. None leaves total or report as they were."""
        if self.is_over:
            return self
        return replace(
            self,
            updated_at=now,
            done=done,
            total=self.total if total is None else total,
            report=self.report if report is None else report,
        )

    def finished(self, now: datetime, report: Mapping[str, Any], done: int | None = None) -> "Run":
        """It ended; ``done``, where given, is how many pieces of work there were in all."""
        changed = replace(self, report=report)
        if done is not None:
            changed = replace(changed, done=done, total=done)
        return self._ended(RunState.FINISHED, now, changed)

    def failed(self, now: datetime, error: str) -> "Run":
        """It failed; the report so far is kept."""
        return self._ended(RunState.FAILED, now, replace(self, error=error))

    def stopped(self, now: datetime, reason: str) -> "Run":
        """It was ended before its end."""
        return self._ended(RunState.STOPPED, now, replace(self, error=reason))

    def _ended(self, state: RunState, now: datetime, changed: "Run") -> "Run":
        if self.is_over:
            return self
        return replace(changed, state=state, updated_at=now, ended_at=now)
