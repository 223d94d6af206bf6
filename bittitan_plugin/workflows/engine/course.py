"""Steps that leave no record while all goes well, and one each from where it does not.

Each service looks before it acts, so a step's own record buys nothing as long as it succeeds at
once: cut short, the course is run again and finds what is done. A record costs two transactions,
and a sale has six steps. What failed, waited or was parked is recorded as ever (``retrying``).
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from bittitan_plugin.domain.retries import RetryPolicy
from bittitan_plugin.workflows.engine import retrying
from bittitan_plugin.workflows.engine.outcomes import Done, Outcome, from_record, to_record
from bittitan_plugin.workflows.engine.runtime import current

#: The name of the record, which never changes.
AT_ONCE = "at_once"

Action = Callable[[], Any]


class Course(Protocol):
    """How the steps of a workflow are run. See the functions of ``retrying`` for each."""

    def attempt(self, name: str, action: Action) -> Outcome:
        """Run ``action`` once."""

    def persist(
        self,
        name: str,
        policy: RetryPolicy,
        action: Action,
        *,
        on_delay: retrying.Delayed | None = None,
    ) -> Any:
        """Repeat ``action`` by ``policy`` until it succeeds."""

    def insist(self, name: str, action: Action) -> Any:
        """Repeat a record of our own until it is made."""

    def shorten(self, name: str, action: Action) -> bool:
        """Do what the steps that follow do, all at once. False where they are to be done instead.

        They are begun anew then, whatever ``action`` has brought about.
        """


def at_once(body: Callable[[Course], str]) -> str:
    """Run ``body``; what its steps came to is recorded if one does not succeed at once."""
    outcomes: dict[str, Outcome] = {}
    if not retrying.has_records():
        ended = _Ahead(outcomes).run(body)
        if ended is not None:
            return ended
    records = retrying.recorded(
        AT_ONCE, lambda: {name: to_record(outcome) for name, outcome in outcomes.items()}
    )
    return body(OneByOne({name: from_record(record) for name, record in records.items()}))


class OneByOne:
    """Records each step, but those that ran ahead: what came of them was their first attempt."""

    def __init__(self, ahead: dict[str, Outcome] | None = None) -> None:
        self._ahead = ahead or {}

    def attempt(self, name: str, action: Action) -> Outcome:
        """See ``Course``."""
        return retrying.attempt(name, action)

    def persist(
        self,
        name: str,
        policy: RetryPolicy,
        action: Action,
        *,
        on_delay: retrying.Delayed | None = None,
    ) -> Any:
        """See ``Course``. Raises ``StepFailed``."""
        # Taken out, because a workflow may come to the same step again.
        first = self._ahead.pop(name, None)
        return retrying.persist(name, policy, action, on_delay=on_delay, first=first)

    def insist(self, name: str, action: Action) -> Any:
        """See ``Course``."""
        return retrying.insist(name, action)

    def shorten(self, _name: str, _action: Action) -> bool:
        """See ``Course``."""
        return False


class _Halt(Exception):
    """A step did not succeed at once, or is one that only failures lead to."""


class _Ahead:
    """Runs steps without a record of their own, up to the first that calls for one."""

    def __init__(self, outcomes: dict[str, Outcome]) -> None:
        #: By the names of the steps, in order; all but the last are successes.
        self._outcomes = outcomes

    def run(self, body: Callable[[Course], str]) -> str | None:
        """What ``body`` came to, or None where it was halted."""
        # One place for all of them: a turn in line for each would cost more than the step.
        with current().slot(), suppress(_Halt):
            return body(self)
        return None

    def attempt(self, _name: str, _action: Action) -> Outcome:
        raise _Halt

    def persist(
        self,
        name: str,
        _policy: RetryPolicy,
        action: Action,
        *,
        on_delay: retrying.Delayed | None = None,  # noqa: ARG002 - nothing waits here
    ) -> Any:
        outcome = self._outcomes[name] = retrying.outcome_of(name, action)
        if not isinstance(outcome, Done):
            raise _Halt
        return outcome.result

    def insist(self, _name: str, _action: Action) -> Any:
        raise _Halt

    def shorten(self, name: str, action: Action) -> bool:
        if not isinstance(retrying.outcome_of(name, action), Done):
            raise _Halt
        return True
