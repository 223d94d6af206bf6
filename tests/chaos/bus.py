"""The message bus of a platform, at its worst: events come late, twice, and in another order.

It promises what such buses promise, at least once: an event is on disk before the platform goes
on, and is delivered again until the plugin has taken it, also after the process was killed.
Each delay is chosen anew, so that events overtake one another.
"""

import json
import random
import threading
from collections.abc import Callable
from pathlib import Path
from time import sleep, time
from typing import Any
from uuid import uuid4

#: The longest time, in seconds, that an event is held back, and that a repetition comes after it.
LONGEST_DELAY_S, LONGEST_ECHO_S = 2.0, 6.0
#: Share of events that are delivered at once, and of those that are delivered twice.
AT_ONCE, TWICE = 0.5, 0.3
#: Seconds between two looks for what is due.
LOOK_S = 0.05


class Bus:
    """Keeps events in a directory until each has been delivered by ``deliver``."""

    def __init__(self, directory: Path, deliver: Callable[[str, str, str], bool]) -> None:
        self._directory = directory
        self._deliver = deliver
        threading.Thread(target=self._run, name="chaos-bus", daemon=True).start()

    def post(self, hook: str, kind: str, event: str) -> None:
        """The event is on disk when this returns; it is delivered some time later."""
        delay = 0.0 if random.random() < AT_ONCE else random.uniform(0, LONGEST_DELAY_S)
        self._keep(delay, hook, kind, event)
        if random.random() < TWICE:
            self._keep(delay + random.uniform(0, LONGEST_ECHO_S), hook, kind, event)

    def _keep(self, delay: float, *letter: str) -> None:
        name = f"{time() + delay:.3f}-{uuid4().hex}"
        draft = self._directory / f"draft-{name}"
        draft.write_text(json.dumps(letter))
        draft.rename(self._directory / f"event-{name}")

    def _run(self) -> None:
        while True:
            sleep(LOOK_S)
            for path in sorted(self._directory.glob("event-*")):
                if float(path.name.split("-")[1]) > time():
                    break
                if self._deliver(*json.loads(path.read_text())):
                    path.unlink()


def is_empty(directory: Path) -> bool:
    """Whether every event was delivered."""
    return not any(directory.rglob("event-*"))


def install(directory: Path) -> None:
    """Put the bus between this process's platform and its plugins."""
    from bittitan_hooks import events, specs
    from bittitan_plugin.platforms.shop.hook_calls import HookCaller

    announcers: list[HookCaller] = []

    def deliver(hook: str, kind: str, text: str) -> bool:
        event = getattr(events, kind).model_validate_json(text)
        answers = announcers[0]._ask_all(hook, lambda: event)
        outcomes = [answer for _, answer in answers if isinstance(answer, specs.Outcome)]
        return all(outcome.status is not specs.OutcomeStatus.FAILED for outcome in outcomes)

    bus = Bus(directory, lambda *letter: bool(announcers) and deliver(*letter))

    def announce(_self: HookCaller, hook: str, make_event: Callable[[], Any]) -> None:
        event = make_event()
        bus.post(hook, type(event).__name__, event.model_dump_json())

    initialize = HookCaller.__init__

    def remember(self: HookCaller, *arguments: Any) -> None:
        initialize(self, *arguments)
        announcers.append(self)

    HookCaller.__init__ = remember  # type: ignore[method-assign,assignment]
    HookCaller.announce = announce  # type: ignore[method-assign,assignment]
