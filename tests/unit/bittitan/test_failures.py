"""What a failed exchange means: the table, row by row."""

import ssl
from datetime import UTC, datetime

import httpx
import pytest

from bittitan_plugin.bittitan.coupon_api.calls import Answer, Effect
from bittitan_plugin.bittitan.coupon_api.failures import LONGEST_MESSAGE, failure
from bittitan_plugin.domain.errors import BitTitanError, OutcomeUnknown, Rejected, Unavailable
from tests.tables import every

NEVER_SENT = [
    httpx.ConnectError("refused"),
    httpx.ConnectTimeout("late"),
    httpx.PoolTimeout("busy"),
    httpx.ProxyError("403"),
]
PERHAPS_DONE = [
    httpx.ReadTimeout("late"),
    httpx.WriteTimeout("late"),
    httpx.ReadError("reset"),
    httpx.WriteError("reset"),
    httpx.CloseError("reset"),
    httpx.RemoteProtocolError("cut"),
    httpx.LocalProtocolError("odd"),
    httpx.DecodingError("odd"),
]


def _answer(status: int, body: bytes = b"", **more: object) -> Answer:
    return Answer(status=status, accepted=False, body=body, **more)  # type: ignore[arg-type]


def _judge(effect: Effect, outcome: Exception | Answer) -> BitTitanError:
    judged = failure(effect, "do it", outcome)  # type: ignore[arg-type]
    assert judged is not None
    return judged


@every("effect", list(Effect))
@every("error", NEVER_SENT)
def test_what_was_never_sent_is_unavailable(effect: Effect, error: Exception) -> None:
    assert type(_judge(effect, error)) is Unavailable


@every("error", PERHAPS_DONE)
def test_a_write_that_broke_off_has_an_unknown_outcome(error: Exception) -> None:
    assert type(_judge(Effect.WRITE, error)) is OutcomeUnknown


@every("error", PERHAPS_DONE)
def test_a_read_that_broke_off_is_unavailable(error: Exception) -> None:
    assert type(_judge(Effect.READ, error)) is Unavailable


@every("status", [202, 204, 301, 302, 303, 307, 308, 408, 500, 502, 503, 504])
def test_a_write_answered_without_certainty_has_an_unknown_outcome(status: int) -> None:
    assert type(_judge(Effect.WRITE, _answer(status, retry_after="1"))) is OutcomeUnknown


@every("status", [408, 500, 502, 503, 504])
def test_a_read_answered_with_a_passing_fault_is_unavailable(status: int) -> None:
    assert type(_judge(Effect.READ, _answer(status))) is Unavailable


@every("status", [202, 204, 301, 302, 307])
def test_a_read_answered_beside_the_contract_blames_the_address(status: int) -> None:
    rejected = _judge(Effect.READ, _answer(status))
    assert isinstance(rejected, Rejected)
    assert (rejected.code, rejected.field) == ("BROKEN_ANSWER", "api_url")


@every("effect", list(Effect))
@every("status", [400, 403, 404, 405, 409, 410, 413, 422, 451])
def test_a_client_error_is_rejected(effect: Effect, status: int) -> None:
    rejected = _judge(effect, _answer(status))
    assert isinstance(rejected, Rejected)
    assert rejected.code == f"HTTP_{status}"


@every("effect", list(Effect))
def test_too_many_requests_is_unavailable_for_as_long_as_asked(effect: Effect) -> None:
    unavailable = _judge(effect, _answer(429, retry_after="7"))
    assert isinstance(unavailable, Unavailable)
    assert unavailable.retry_after == 7


@every("effect", list(Effect))
def test_an_untrusted_certificate_is_rejected_on_the_address(effect: Effect) -> None:
    error = httpx.ConnectError("tls")
    error.__cause__ = ssl.SSLCertVerificationError("self-signed")
    rejected = _judge(effect, error)
    assert isinstance(rejected, Rejected)
    assert (rejected.code, rejected.field) == ("CERTIFICATE", "api_url")


@pytest.mark.parametrize("error", [httpx.UnsupportedProtocol("ftp"), httpx.InvalidURL("odd")])
def test_an_address_that_cannot_be_called_is_rejected(error: Exception) -> None:
    rejected = _judge(Effect.WRITE, error)
    assert isinstance(rejected, Rejected)
    assert rejected.field == "api_url"


def test_an_accepted_answer_is_no_failure() -> None:
    assert failure(Effect.WRITE, "do it", Answer(status=200, accepted=True, body=b"")) is None


def test_the_servers_code_message_and_field_are_kept() -> None:
    body = b'{"code": "UNKNOWN_SKU", "message": "There is no such SKU.", "field": "sku"}'
    rejected = _judge(Effect.WRITE, _answer(422, body))
    assert isinstance(rejected, Rejected)
    assert (rejected.code, rejected.message, rejected.field) == (
        "UNKNOWN_SKU",
        "There is no such SKU.",
        "sku",
    )


@every(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"code": 7, "message": "x"}',
        b'{"code": "no spaces", "message": ""}',
    ],
)
def test_an_error_that_is_not_the_contracts_is_named_by_its_status(body: bytes) -> None:
    rejected = _judge(Effect.WRITE, _answer(409, body))
    assert isinstance(rejected, Rejected)
    assert rejected.code == "HTTP_409"


def test_a_message_becomes_one_line_of_bounded_length() -> None:
    body = b'{"code": "X", "message": "a\\nb' + b"c" * 5000 + b'"}'
    message = str(_judge(Effect.WRITE, _answer(409, body)))
    assert message.startswith("a b")
    assert len(message) == LONGEST_MESSAGE


def test_a_secret_echoed_by_the_server_is_struck_out() -> None:
    body = b'{"code": "X", "message": "password hunter2 is weak"}'
    rejected = _judge(Effect.WRITE, _answer(400, body, withheld=("hunter2",)))
    assert str(rejected) == "password … is weak"


NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
