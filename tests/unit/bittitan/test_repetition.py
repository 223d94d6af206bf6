"""Inside one call: reads are tried a few times, writes once."""

from collections.abc import Iterator

import httpx
import pytest
import stamina

from bittitan_plugin.bittitan.coupon_api.transport import READ_ATTEMPTS
from bittitan_plugin.domain.errors import OutcomeUnknown, Rejected, Unavailable
from tests.unit.bittitan.samples import COUPON, REQUEST, ScriptedVendor, answer, client


class Watch:
    """Stands in for the module ``time``."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def _asked(vendor: ScriptedVendor) -> int:
    return sum(request.url.path != "/v1/sessions" for request in vendor.asked)


def test_a_read_is_tried_three_times_while_the_vendor_is_unavailable() -> None:
    vendor = ScriptedVendor(lambda _request: answer({}, 503))
    with pytest.raises(Unavailable):
        client(vendor).coupon("cpn_1")
    assert _asked(vendor) == READ_ATTEMPTS


def test_a_read_succeeds_when_the_fault_passes() -> None:
    answers = iter([answer({}, 503), answer(b"{"), answer(COUPON)])
    assert client(ScriptedVendor(lambda _request: next(answers))).coupon("cpn_1") is not None


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_write_is_never_sent_twice(status: int) -> None:
    vendor = ScriptedVendor(lambda _request: answer({}, status))
    with pytest.raises((OutcomeUnknown, Unavailable)):
        client(vendor).issue(REQUEST)
    assert _asked(vendor) == 1


def test_a_rejected_read_is_not_repeated() -> None:
    vendor = ScriptedVendor(lambda _request: answer({}, 403))
    with pytest.raises(Rejected):
        client(vendor).coupon("cpn_1")
    assert _asked(vendor) == 1


def test_a_read_is_not_repeated_before_the_vendor_wants_it() -> None:
    vendor = ScriptedVendor(lambda _request: answer({}, 429, **{"Retry-After": "30"}))
    with pytest.raises(Unavailable) as unavailable:
        client(vendor).coupon("cpn_1")
    assert (unavailable.value.retry_after, _asked(vendor)) == (30, 1)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """Pauses are made, on a watch that only they and the vendor turn."""
    made = Watch()
    monkeypatch.setattr("tenacity.time", made)
    monkeypatch.setattr("tenacity.nap.time", made)
    with stamina.set_testing(False):
        yield made


@pytest.mark.parametrize(
    ("an_attempt_takes", "attempts"), [(0.0, READ_ATTEMPTS), (1.5, 2), (2.0, 1)]
)
def test_a_read_is_not_repeated_any_more_after_two_seconds(
    watch: Watch, an_attempt_takes: float, attempts: int
) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        watch.seconds += an_attempt_takes
        raise httpx.ConnectError("refused", request=request)

    vendor = ScriptedVendor(refuse)
    with pytest.raises(Unavailable):
        client(vendor).coupon("cpn_1")
    assert _asked(vendor) == attempts
    assert watch.seconds - attempts * an_attempt_takes < 1
