"""What befalls an instance in a soak: processes die, the vendor has bad moments, the database
crashes. All of it at random, and none of it longer than an instance has to bear.
"""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import sleep

import httpx

from tests.chaos.faults import ALONE
from tests.chaos.instance import Instance, NotReady

#: Seconds between two deaths, and for how long the dead one is missing.
DEATH_EVERY_S, MISSING_S = (2.0, 5.0), (0.0, 1.5)
#: Who dies, and how much more often than the others. Worker 1 and web 1 live through, so that
#: their memory can be looked at.
MORTAL = {"worker-2": 3, "web-2": 1}
#: Seconds between two bad moments of the vendor, and how many calls each of them spoils.
FAULT_EVERY_S, SPOILT = (2.0, 6.0), (1, 4)


@dataclass
class Weather:
    """Counts what it did."""

    instance: Instance
    kills: int = 0
    faults: int = 0

    def deaths(self, done: threading.Event) -> None:
        """Kill and start again, until it is done; everybody lives in the end."""
        while not done.wait(random.uniform(*DEATH_EVERY_S)):
            (name,) = random.choices(list(MORTAL), list(MORTAL.values()))
            self.instance.kill(name)
            self.kills += 1
            sleep(random.uniform(*MISSING_S))
            self._revive()
        self._revive()

    def _revive(self) -> None:
        """What an operator's supervisor does: start what is not there; again, if it must be."""
        for name in MORTAL:
            with suppress(NotReady):
                if self.instance.runs(name):
                    continue
                if name.startswith("web"):
                    self.instance.start_web(name, disturbed=True)
                else:
                    self.instance.start_worker(name)

    def bad_moments(self, done: threading.Event) -> None:
        """Spoil a few calls to the vendor, again and again, until it is done."""
        passing = [each for some in ALONE.values() for each in some if not each.staff_mend]
        while not done.wait(random.uniform(*FAULT_EVERY_S)):
            for fault in random.choice(passing).faults:
                spoilt = {**fault, "times": random.randint(*SPOILT)}
                with suppress(httpx.HTTPError):
                    self.instance.sandbox("POST", "/faults", spoilt)
                    self.faults += 1
        self.instance.sandbox("DELETE", "/faults")


@contextmanager
def during(instance: Instance) -> Iterator[Weather]:
    """Bad weather while the block runs; calm when it is left."""
    weather, done = Weather(instance), threading.Event()
    jobs: list[Callable[[threading.Event], None]] = [weather.deaths, weather.bad_moments]
    threads = [threading.Thread(target=job, args=(done,), daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
    try:
        yield weather
    finally:
        done.set()
        for thread in threads:
            thread.join()
