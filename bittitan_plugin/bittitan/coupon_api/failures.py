"""The only place that decides what a failed exchange means, and so what the caller may do."""

import ssl
from datetime import UTC, datetime

import httpx
from pydantic import ValidationError

from bittitan_plugin.bittitan.coupon_api.addresses import ForbiddenAddress
from bittitan_plugin.bittitan.coupon_api.answers import BROKEN_ANSWER, AnswerError, ErrorAnswer
from bittitan_plugin.bittitan.coupon_api.calls import Answer, Effect
from bittitan_plugin.domain.errors import BitTitanError, OutcomeUnknown, Rejected, Unavailable
from bittitan_plugin.domain.retry_after import retry_after_seconds

#: The most characters kept of the vendor's message.
LONGEST_MESSAGE = 300


def failure(
    effect: Effect, purpose: str, outcome: httpx.HTTPError | httpx.InvalidURL | Answer
) -> BitTitanError | None:
    """What went wrong, in the three kinds of ``domain/errors.py``, or None if nothing did.

    The order of the cases matters: certain failures first, then uncertain ones.
    """
    match outcome:
        case Answer(accepted=True):
            return None
        case Answer(status=429):  # refused unread, by the contract
            wait = retry_after_seconds(outcome.retry_after, datetime.now(UTC))
            return Unavailable(f"Could not {purpose}: too many requests.", retry_after=wait)
        # Understood and refused. Not 408: a gateway may send it after it passed the request on.
        case Answer(status=status) if 400 <= status < 500 and status != 408:
            return _rejected(outcome)
        case httpx.ConnectError() if _is_certificate_error(outcome):
            return Rejected("CERTIFICATE", _CERTIFICATE, field="api_url")
        case ForbiddenAddress():
            return Rejected("ADDRESS", str(outcome), field="api_url")
        case httpx.UnsupportedProtocol() | httpx.InvalidURL():
            return Rejected("ADDRESS", "The address cannot be called.", field="api_url")
        # No connection, so not one byte of the request left.
        case httpx.ConnectError() | httpx.ConnectTimeout() | httpx.PoolTimeout():
            return Unavailable(f"Could not {purpose}: no connection ({_kind(outcome)}).")
        case httpx.ProxyError():  # the tunnel was refused, so the vendor got nothing
            return Unavailable(f"Could not {purpose}: the proxy refused.")
    return _failure_once_sent(effect, purpose, outcome)


def failure_of_broken(effect: Effect, purpose: str, broken: AnswerError) -> BitTitanError:
    """What a success that cannot be accepted means.

    After a write the work may be done: look it up. An answer that is not JSON to a read counts as a
    passing fault (a proxy's page); JSON that contradicts the contract or the request does not,
    so it is rejected with ``BROKEN_ANSWER`` for a person to see.
    """
    if effect is Effect.WRITE:
        return OutcomeUnknown(f"Could not learn how it went to {purpose}: {broken.reason}.")
    if broken.malformed:
        return Unavailable(f"Could not {purpose}: {broken.reason}.")
    return Rejected(BROKEN_ANSWER, f"Could not {purpose}: {broken.reason}.")


def _failure_once_sent(
    effect: Effect, purpose: str, outcome: httpx.HTTPError | httpx.InvalidURL | Answer
) -> BitTitanError:
    """The request was sent, at least in part, and there is no usable answer: time-out, broken
    connection, 5xx (503 too: the contract promises no "without effect"), a redirect, or a success
    the contract does not name.
    """
    match outcome:
        case _ if effect is Effect.WRITE:
            return OutcomeUnknown(f"Could not learn how it went to {purpose}: {_kind(outcome)}.")
        # A read can be repeated, unless the answer shows a lasting fault of the address.
        case Answer(status=status) if status < 400:
            text = f"Could not {purpose}: the address answered {status}, not by the contract."
            return Rejected(BROKEN_ANSWER, text, field="api_url")
        case Answer():
            wait = retry_after_seconds(outcome.retry_after, datetime.now(UTC))
            return Unavailable(f"Could not {purpose}: {_kind(outcome)}.", retry_after=wait)
        case _:
            return Unavailable(f"Could not {purpose}: {_kind(outcome)}.")


_CERTIFICATE = (
    "The certificate of the coupon API cannot be trusted: check the address, its certificate "
    "and, for a private authority, SSL_CERT_FILE."
)


def _rejected(answer: Answer) -> Rejected:
    try:
        said = ErrorAnswer.model_validate_json(answer.body)
    except ValidationError:
        code = f"HTTP_{answer.status}"
        return Rejected(code, f"The coupon API answered {answer.status} without saying why.")
    message = said.message
    for secret in answer.withheld:
        message = message.replace(secret, "…")
    # One line of bounded length: the text ends in logs, histories and e-mails.
    return Rejected(said.code, " ".join(message.split())[:LONGEST_MESSAGE], field=said.field)


def _is_certificate_error(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _kind(outcome: Exception | Answer) -> str:
    """Only the kind of failure: texts of httpx may quote addresses or headers."""
    if isinstance(outcome, Answer):
        return f"the answer was {outcome.status}"
    return type(outcome).__name__
