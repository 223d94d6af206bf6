"""Two workers share a database; when one dies, the other finishes what it had begun."""

import signal
from pathlib import Path
from time import monotonic, sleep

from tests.chaos.conftest import MortalShop
from tests.world import SOLD


def until(path: Path) -> None:
    """Wait for the file; fails when that takes longer than half a minute."""
    deadline = monotonic() + 30
    while not path.exists():
        assert monotonic() < deadline, f"{path.name} did not appear"
        sleep(0.01)


def test_a_worker_takes_over_from_one_that_was_killed(mortal: MortalShop, tmp_path: Path) -> None:
    go = tmp_path / "go"
    mortal.pay()
    first = mortal.start(
        killed_after="bittitan_plugin.vendor.coupon_api.client:CouponApi.issue", waits_for=str(go)
    )
    until(tmp_path / "go.reached")  # the vendor has issued, and the first worker has the order
    second = mortal.start()
    until(tmp_path / f"started.{second}")

    go.touch()

    ends = (mortal.end(first), mortal.end(second))
    assert (ends, mortal.tally()) == ((-signal.SIGKILL, 0), SOLD)
