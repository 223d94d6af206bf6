"""Every fault over a real socket: what the client makes of it, and what really happened."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from bittitan_plugin.base import outgoing
from bittitan_plugin.bittitan.coupon_api import CouponApi
from bittitan_plugin.bittitan.sandbox import SandboxServer, large_catalogue
from bittitan_plugin.domain.coupons import Coupon, CouponStatus
from bittitan_plugin.domain.errors import BitTitanError, OutcomeUnknown, Rejected, Unavailable
from bittitan_plugin.ports.vendor import BrokenRow
from tests.integration.coupon_api.test_client import request
from tests.sandbox_fixtures import MakeClient

BREAKING: list[tuple[str, dict[str, Any], bool]] = [
    ("status", {"status": 500}, False),
    ("status", {"status": 503}, False),
    ("status", {"status": 502, "after_work": True}, True),
    ("drop_connection", {}, False),
    ("drop_after_work", {}, True),
    ("timeout_after_work", {"seconds": 5}, True),
    ("broken_json", {}, True),
]


@pytest.mark.parametrize(("name", "values", "is_done"), BREAKING)
def test_a_broken_issue_has_an_unknown_outcome_and_the_look_up_tells(
    coupon_api: CouponApi,
    sandbox: SandboxServer,
    name: str,
    values: dict[str, Any],
    is_done: bool,
) -> None:
    asked = request(coupon_api)
    sandbox.sandbox.faults.add(name, operation="issue", times=1, **values)
    with pytest.raises(OutcomeUnknown):
        coupon_api.issue(asked)
    assert (coupon_api.find(asked.reference) is not None) is is_done
    assert len(sandbox.sandbox.ledger()) == is_done


@pytest.mark.parametrize(("name", "values", "is_done"), BREAKING)
def test_a_broken_cancellation_has_an_unknown_outcome_and_can_be_asked_again(
    coupon_api: CouponApi,
    sandbox: SandboxServer,
    name: str,
    values: dict[str, Any],
    is_done: bool,
) -> None:
    coupon = coupon_api.issue(request(coupon_api))
    sandbox.sandbox.faults.add(name, operation="cancel", times=1, **values)
    with pytest.raises(OutcomeUnknown):
        coupon_api.cancel(coupon.id)
    done = sandbox.sandbox.ledger()[0].status is CouponStatus.CANCELLED
    assert done is is_done
    assert coupon_api.cancel(coupon.id).status is CouponStatus.CANCELLED


@pytest.mark.parametrize(("name", "values", "is_done"), BREAKING)
def test_a_broken_registration_has_an_unknown_outcome(
    coupon_api: CouponApi,
    sandbox: SandboxServer,
    name: str,
    values: dict[str, Any],
    is_done: bool,
) -> None:
    sandbox.sandbox.faults.add(name, operation="partner", times=1, **values)
    with pytest.raises(OutcomeUnknown):
        coupon_api.register_partner(reference="r", email="a@example.com", company="A")
    assert (coupon_api.partner("a@example.com") is not None) is is_done


Read = Callable[[CouponApi, Coupon], object]
READS: dict[str, Read] = {
    "find": lambda api, coupon: api.find(coupon.reference),
    "coupon": lambda api, coupon: api.coupon(coupon.id),
    "partner_lookup": lambda api, _coupon: api.partner("a@example.com"),
    "session": lambda api, _coupon: api.check(),
}
LIMITED: dict[str, Read] = {**READS, "cancel": lambda api, coupon: api.cancel(coupon.id)}


@pytest.fixture
def coupon(make_client: MakeClient) -> Coupon:
    api = make_client()
    return api.issue(request(api))


@pytest.mark.parametrize("operation", READS)
@pytest.mark.parametrize(
    ("name", "values"),
    [
        (name, values)
        for name, values, _ in [*BREAKING, ("rate_limit", {"retry_after": 0}, False)]
        if name != "timeout_after_work"
    ],
)
def test_a_read_that_keeps_breaking_is_unavailable(
    coupon_api: CouponApi,
    sandbox: SandboxServer,
    coupon: Coupon,
    operation: str,
    name: str,
    values: dict[str, Any],
) -> None:
    sandbox.sandbox.faults.add(name, operation=operation, **values)
    with pytest.raises(Unavailable):
        READS[operation](coupon_api, coupon)


@pytest.mark.parametrize("operation", READS)
def test_a_read_that_breaks_once_succeeds_all_the_same(
    coupon_api: CouponApi, sandbox: SandboxServer, coupon: Coupon, operation: str
) -> None:
    sandbox.sandbox.faults.add("drop_connection", operation=operation, times=1)
    READS[operation](coupon_api, coupon)


def test_a_read_that_is_never_answered_is_unavailable(
    make_client: MakeClient, sandbox: SandboxServer
) -> None:
    sandbox.sandbox.faults.add("timeout_after_work", operation="find")
    with pytest.raises(Unavailable):
        make_client(transport=None, read_timeout=0.05).find("asset-1")


def test_changes_that_cannot_be_read_are_rejected_and_not_passed_over(
    coupon_api: CouponApi, sandbox: SandboxServer
) -> None:
    sandbox.sandbox.faults.add("broken_json", operation="changes")
    with pytest.raises(Rejected):
        list(coupon_api.changed_since(datetime.now(UTC)))


@pytest.mark.parametrize("operation", LIMITED)
def test_a_rate_limit_is_unavailable_for_as_long_as_asked(
    coupon_api: CouponApi, sandbox: SandboxServer, coupon: Coupon, operation: str
) -> None:
    sandbox.sandbox.faults.add("rate_limit", operation=operation, retry_after=17)
    with pytest.raises(Unavailable) as unavailable:
        LIMITED[operation](coupon_api, coupon)
    assert unavailable.value.retry_after == 17


def test_latency_within_the_time_out_only_takes_time(
    coupon_api: CouponApi, sandbox: SandboxServer
) -> None:
    sandbox.sandbox.faults.add("latency", seconds=0.02)
    assert coupon_api.issue(request(coupon_api)).reference == "asset-1"


def test_latency_beyond_the_time_out_leaves_a_write_open(
    make_client: MakeClient, sandbox: SandboxServer
) -> None:
    class Hasty(outgoing.Network):
        """Waits for coupons hardly at all, and for everything else as long as it takes."""

        def handle_request(self, asked: httpx.Request) -> httpx.Response:
            if (asked.method, asked.url.path) == ("POST", "/v1/coupons"):
                asked.extensions["timeout"]["read"] = 0.05
            return super().handle_request(asked)

    api = make_client(transport=Hasty(httpx.Limits()))
    asked = request(api)
    sandbox.sandbox.faults.add("latency", seconds=3600, operation="issue")
    with pytest.raises(OutcomeUnknown, match="ReadTimeout"):
        api.issue(asked)


def test_an_answer_held_within_the_time_out_arrives(
    make_client: MakeClient, sandbox: SandboxServer
) -> None:
    patient = make_client(transport=None)
    sandbox.sandbox.faults.add("timeout_after_work", seconds=0.02)
    assert patient.issue(request(patient)).reference == "asset-1"


def test_with_idempotency_off_the_oldest_of_several_coupons_is_found(
    coupon_api: CouponApi, sandbox: SandboxServer
) -> None:
    sandbox.sandbox.faults.add("idempotency_off")
    first, second = (coupon_api.issue(request(coupon_api)) for _ in range(2))
    assert first.id != second.id
    assert coupon_api.find("asset-1") == first


def test_a_broken_page_of_products_is_one_broken_row_and_the_rest_arrives(
    coupon_api: CouponApi, sandbox: SandboxServer
) -> None:
    sandbox.sandbox.products = large_catalogue(150)
    # As often as one page is tried.
    sandbox.sandbox.faults.add("broken_json", operation="products", times=3)
    rows = list(coupon_api.products())
    assert [row.position for row in rows if isinstance(row, BrokenRow)] == [0]
    assert len(rows) == 51


def test_a_ticket_refused_once_is_renewed_and_the_write_done_once(
    coupon_api: CouponApi, sandbox: SandboxServer
) -> None:
    asked = request(coupon_api)
    sandbox.sandbox.faults.add("status", status=401, operation="issue", times=1)
    coupon_api.issue(asked)
    assert len(sandbox.sandbox.ledger()) == 1


def test_a_sign_in_that_breaks_before_a_write_leaves_nothing_open(
    coupon_api: CouponApi, sandbox: SandboxServer
) -> None:
    sandbox.sandbox.faults.add("drop_connection", operation="session")
    with pytest.raises(Unavailable):
        coupon_api.cancel("cpn_1")


def test_no_failure_carries_what_was_sent(coupon_api: CouponApi, sandbox: SandboxServer) -> None:
    sandbox.sandbox.faults.add("drop_connection", operation="partner")
    with pytest.raises(BitTitanError) as failed:
        coupon_api.register_partner(
            reference="r", email="a@example.com", company="A", password="hunter2"
        )
    assert failed.value.__context__ is None
