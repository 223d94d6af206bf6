"""Whatever the other side says, only the three kinds of failure leave the client."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bittitan_plugin.domain.errors import BitTitanError, OutcomeUnknown, Rejected, Unavailable
from tests.unit.bittitan.samples import (
    CODE,
    COUPON,
    PASSWORD,
    REQUEST,
    TICKET,
    answer,
    client,
    client_told,
    page,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=8,
)
#: A coupon with some of its values replaced by anything, or not there.
ALMOST_A_COUPON = st.dictionaries(st.sampled_from(sorted(COUPON)), JSON, max_size=4).map(
    lambda changes: {**COUPON, **changes}
)
BODIES = st.binary(max_size=50) | JSON | ALMOST_A_COUPON | ALMOST_A_COUPON.map(lambda c: page([c]))
#: ``make fuzz`` asks five thousand times.
SOME = settings(max_examples=40)
STATUSES = st.sampled_from([200, 201, 202, 302, 400, 404, 409, 418, 429, 500, 503, 599])


def _outcome(act: Callable[[], Any]) -> tuple[Any, BitTitanError | None]:
    """What came back or which of the three kinds was raised; anything else fails the test."""
    try:
        return act(), None
    except (Rejected, Unavailable, OutcomeUnknown) as failed:
        return None, failed


def _echo(document: Any) -> Any:
    return {"code": "ECHO", "message": f"{document} {PASSWORD} {TICKET}"}


@SOME
@given(body=BODIES, status=STATUSES)
def test_issuing_gives_the_coupon_asked_for_or_one_of_three_failures(
    body: Any, status: int
) -> None:
    coupon, failed = _outcome(lambda: client_told(body, status).issue(REQUEST))
    assert CODE not in str(failed)
    assert failed or (coupon.reference, coupon.quantity) == (REQUEST.reference, REQUEST.quantity)


@SOME
@given(body=BODIES, status=st.sampled_from([200, 201, 202, 302, 500, 503]))
def test_an_issue_that_may_have_happened_is_never_called_unavailable_or_rejected(
    body: Any, status: int
) -> None:
    with suppress(OutcomeUnknown):
        client_told(body, status).issue(REQUEST)


@SOME
@given(body=BODIES, status=STATUSES)
def test_reading_never_claims_an_unknown_outcome(body: Any, status: int) -> None:
    api = client_told(body, status)
    for read in (
        lambda: api.find("asset-1"),
        lambda: api.coupon("cpn_1"),
        lambda: api.partner("a@example.com"),
        lambda: list(api.products()),
    ):
        _found, failed = _outcome(read)
        assert CODE not in str(failed)
        assert not isinstance(failed, OutcomeUnknown)


@SOME
@given(header=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40))
def test_any_retry_after_is_a_wait_or_nothing(header: str) -> None:
    with pytest.raises(Unavailable) as unavailable:
        client_told({}, 429, **{"Retry-After": header}).issue(REQUEST)
    assert unavailable.value.retry_after is None or 0 <= unavailable.value.retry_after <= 3600


@SOME
@given(document=JSON)
def test_a_server_that_echoes_secrets_does_not_get_them_into_our_messages(document: Any) -> None:
    with pytest.raises(Rejected) as rejected:
        client_told(_echo(document), 400).register_partner(
            reference="r", email="a@example.com", company="A", password=PASSWORD
        )
    assert PASSWORD not in str(rejected.value)
    assert TICKET not in str(rejected.value)


@SOME
@given(body=BODIES, status=STATUSES)
def test_a_sign_in_answered_with_anything_is_rejected_or_unavailable(
    body: Any, status: int
) -> None:
    transport = httpx.MockTransport(lambda _request: answer(body, status))
    with pytest.raises((Rejected, Unavailable)):
        client(transport).check()
