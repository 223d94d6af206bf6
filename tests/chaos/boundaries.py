"""Where a worker can die with a difference to anybody: after each effect that others can see.

Between two effects of a workflow nothing is lost by dying later or earlier. So each effect is a
boundary: a committed transaction (ours, the platform's, the engine's record of an attempt), an
answer of the vendor, a message the mail server took. They are found by passing them, not listed by
hand, so that new steps are covered by themselves.

A worker writes the boundaries it passes to ``<file>``, a line each; it dies by SIGKILL at the one
that ``<file>.armed`` names.
"""

import os
import re
import signal
import smtplib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from pathlib import Path
from threading import Lock
from typing import Any

_step: ContextVar[str] = ContextVar("chaos_step", default="between steps")
_acting: ContextVar[bool] = ContextVar("chaos_acting", default=False)
#: Set while this thread hands in what is due, which is outside of every attempt.
_sweeping: ContextVar[str | None] = ContextVar("chaos_sweeping", default=None)
#: What tells one run from another in an address of the vendor.
_ID = re.compile(r"(?<=/)(cpn|ptn|prt)_[0-9a-f]+")


class Boundaries:
    """Counts the effects of each workflow of this process."""

    def __init__(self, passed: Path) -> None:
        self._passed = passed
        self._armed = passed.with_name(passed.name + ".armed")
        self._lock = Lock()
        self._counts: Counter[tuple[str, str]] = Counter()

    def passed(self, effect: str) -> None:
        """The effect has just happened, in whichever workflow this thread runs."""
        workflow_id = _workflow_id()
        if workflow_id is None:
            return
        place = f"{_name_of(workflow_id)}: {_step.get()}: {effect}"
        with self._lock:
            self._counts[workflow_id, place] += 1
            number = self._counts[workflow_id, place]
            name = place if number == 1 else f"{place} #{number}"
            with self._passed.open("a") as file:
                file.write(f"{name}\n")
            if self._is_deadly(name):
                os.kill(os.getpid(), signal.SIGKILL)

    def _is_deadly(self, name: str) -> bool:
        try:
            return self._armed.read_text() == name
        except FileNotFoundError:
            return False


def install(passed: Path) -> None:
    """Make this process notice its effects."""
    import httpx
    from sqlalchemy.engine.default import DefaultDialect

    from bittitan_plugin.workflows.engine.attempts import Attempt
    from bittitan_plugin.workflows.engine.sweep import Sweep

    here = Boundaries(passed)
    _after(DefaultDialect, "do_commit", lambda _: here.passed(_whose_commit()))
    _after(smtplib.SMTP, "data", lambda _: here.passed("mail taken"))
    _after(httpx.Client, "send", lambda answer: here.passed(f"vendor answered {_of(answer)}"))
    step, try_once, hand_in_due = Attempt.step, Attempt.try_once, Sweep.hand_in_due

    def tried(
        attempt: Attempt, name: str, policy: Any, action: Callable[[], Any], **values: Any
    ) -> Any:
        return step(attempt, name, policy, _acting_as(name, action), **values)

    def tried_once(attempt: Attempt, name: str, action: Callable[[], Any]) -> Any:
        return try_once(attempt, name, _acting_as(name, action))

    def sweeping(sweep: Sweep) -> int:
        with _during(_sweeping, "sweep"):
            return hand_in_due(sweep)

    Attempt.step = tried  # type: ignore[method-assign,assignment]
    Attempt.try_once = tried_once  # type: ignore[method-assign,assignment]
    Sweep.hand_in_due = sweeping  # type: ignore[method-assign,assignment]


def _acting_as(name: str, action: Callable[[], Any]) -> Callable[[], Any]:
    """The step's action, whose effects are noticed as that step's."""

    def acting() -> Any:
        with _during(_step, name), _during(_acting, True):
            return action()

    return acting


@contextmanager
def _during(variable: ContextVar[Any], value: object) -> Iterator[None]:
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)


def _whose_commit() -> str:
    """Within a step's action it is ours or the platform's, otherwise the engine's own."""
    return "stored" if _acting.get() else "recorded"


def _after(owner: type, name: str, say: Callable[[Any], None]) -> None:
    original = getattr(owner, name)

    @wraps(original)
    def observed(*arguments: Any, **values: Any) -> Any:
        result = original(*arguments, **values)
        say(result)
        return result

    setattr(owner, name, observed)


def _of(answer: Any) -> str:
    request = answer.request
    return f"{request.method} {_ID.sub('{id}', request.url.path)}"


def _workflow_id() -> str | None:
    """The engine's id of the attempt that this thread makes, or ``sweep`` while it hands in."""
    from dbos import DBOS

    return DBOS.workflow_id or _sweeping.get()


def _name_of(workflow_id: str) -> str:
    """Which work it is, and whether it is a later attempt at it."""
    from bittitan_plugin.workflows.engine.definition import AGAIN

    kind, *rest = workflow_id.split(":")
    return f"{rest[1]} again" if kind == AGAIN else kind
