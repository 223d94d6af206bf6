"""How long somebody stays signed in."""

from datetime import timedelta

import pytest
from starlette.requests import HTTPConnection
from starlette.responses import Response

from bittitan_plugin.web.sessions import LIFETIME, Sessions
from tests.conftest import StandingClock


@pytest.mark.parametrize(
    ("left", "good"),
    [
        (timedelta(seconds=1), True),
        (timedelta(), False),
        # The clock was a month ahead when it began: it does not last a month longer for that.
        (LIFETIME + timedelta(days=30), False),
    ],
)
def test_a_session_is_good_until_its_time_is_over(
    clock: StandingClock, left: timedelta, good: bool
) -> None:
    sessions = Sessions(["a secret"], clock, secure=True)
    answer = Response()
    sessions.open(answer, "user")
    cookie = answer.headers["set-cookie"].partition(";")[0]
    clock.now += LIFETIME - left
    request = HTTPConnection({"type": "http", "headers": [(b"cookie", cookie.encode())]})
    assert (sessions.read(request) is not None) is good
