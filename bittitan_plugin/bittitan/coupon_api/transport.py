"""One HTTP exchange: sends, reads the whole answer within limits, and sorts failures."""

from datetime import UTC, datetime

import httpx
import stamina
from pydantic_core import from_json

from bittitan_plugin.base import outgoing
from bittitan_plugin.bittitan.coupon_api.answers import AnswerError
from bittitan_plugin.bittitan.coupon_api.call_limits import CallGate
from bittitan_plugin.bittitan.coupon_api.calls import Answer, Call, Effect
from bittitan_plugin.bittitan.coupon_api.failures import failure
from bittitan_plugin.domain.errors import Unavailable
from bittitan_plugin.domain.retry_after import retry_after_seconds

#: Seconds to wait for a connection, and for a free one in the pool.
CONNECT_TIMEOUT = 5.0
#: Seconds without a byte after which an answer (or sending a request) is given up.
READ_TIMEOUT = 20.0
#: Bytes of the largest answer that is read; a full page of 100 coupons is below 100 kB.
LARGEST_ANSWER = 4 * 1024 * 1024
#: How often a read is sent in all while the vendor is unavailable.
READ_ATTEMPTS = 3
#: Seconds after which a failing read is not repeated, and the longest pause between two.
RETRY_WINDOW, LONGEST_PAUSE = 2.0, 0.5
#: Seconds an idle connection is kept: less than servers usually do, so that a request rarely
#: meets one that is being closed.
KEEP_ALIVE = 3.0
LIMITS = httpx.Limits(max_connections=64, keepalive_expiry=KEEP_ALIVE)

Outcome = Answer | httpx.HTTPError | httpx.InvalidURL


class Transport:
    """The connection pool to one address. Thread-safe. Redirects are not followed."""

    def __init__(
        self,
        url: str,
        *,
        read_timeout: float,
        transport: httpx.BaseTransport | None,
        gate: CallGate | None = None,
    ) -> None:
        self._gate = gate
        self._http = httpx.Client(
            base_url=url,
            transport=transport or outgoing.Network(LIMITS),
            follow_redirects=False,
            timeout=httpx.Timeout(read_timeout, connect=CONNECT_TIMEOUT, pool=CONNECT_TIMEOUT),
            headers=outgoing.headers(),
        )

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def send(self, call: Call, ticket: str | None = None) -> Answer:
        """The accepted answer, or a 401, which the session handles.

        Raises the kinds of ``failures.failure``, and ``AnswerError`` for a success that is
        not JSON. Only reads are repeated, and only while the vendor is unavailable.
        """
        if call.effect is Effect.WRITE:
            return self._send_once(call, ticket)
        for attempt in stamina.retry_context(
            on=_is_passing,
            attempts=READ_ATTEMPTS,
            timeout=RETRY_WINDOW,
            wait_initial=0.1,
            wait_max=LONGEST_PAUSE,
            wait_jitter=0.1,
        ):
            with attempt:
                return self._send_once(call, ticket)
        raise AssertionError("stamina leaves the loop with an answer or an exception")

    def _send_once(self, call: Call, ticket: str | None) -> Answer:
        outcome = self._try(call, ticket)
        if isinstance(outcome, Answer) and outcome.status == 401:
            return outcome
        # Raised outside the handler: httpx's error contains the request with its secrets.
        if problem := failure(call.effect, call.purpose, outcome):
            del outcome
            raise problem
        assert isinstance(outcome, Answer)  # noqa: S101 - failure() names every exception
        if not _is_json(outcome.body):
            raise AnswerError("the answer is not JSON", malformed=True)
        return outcome

    def _try(self, call: Call, ticket: str | None) -> Outcome:
        if self._gate is None:
            return self._exchange(call, ticket)
        with self._gate.passing(urgent=call.urgent):
            outcome = self._exchange(call, ticket)
            _tell(self._gate, outcome)
        return outcome

    def _exchange(self, call: Call, ticket: str | None) -> Outcome:
        headers = {"Authorization": f"Ticket {ticket}"} if ticket else {}
        password = (call.body or {}).get("password")
        try:
            with self._http.stream(
                call.method, call.path, params=dict(call.params), json=call.body, headers=headers
            ) as response:
                return Answer(
                    status=response.status_code,
                    accepted=response.status_code in call.accepts,
                    body=outgoing.bounded(response, LARGEST_ANSWER),
                    retry_after=response.headers.get("Retry-After"),
                    withheld=tuple(text for text in (ticket, password) if isinstance(text, str)),
                )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return error
        except (UnicodeError, OverflowError):  # no such host name or port can be
            return httpx.InvalidURL("not an address")


def _tell(gate: CallGate, outcome: Outcome) -> None:
    """Report to the gate what the outcome shows about the vendor, not about this call."""
    match outcome:
        case Answer(status=429):
            gate.asked_for_pause(retry_after_seconds(outcome.retry_after, datetime.now(UTC)))
        case Answer(status=status) if status >= 500:
            gate.failed(f"the answer was {status}")
        case Answer():
            gate.answered()
        case httpx.InvalidURL() | httpx.UnsupportedProtocol():
            pass  # a wrong setting, which is reported to staff as such
        case _:
            gate.failed(type(outcome).__name__)


def _is_json(body: bytes) -> bool:
    try:
        from_json(body)
    except ValueError:
        return False
    return True


def _is_passing(error: Exception) -> bool:
    """Whether a read may be repeated at once: not when the vendor asked for a longer wait."""
    if isinstance(error, AnswerError):
        return error.malformed
    return isinstance(error, Unavailable) and (error.retry_after or 0) <= LONGEST_PAUSE
