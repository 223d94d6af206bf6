"""What a failed exchange with Saleor means, in the three kinds of ``domain/errors.py``.

Sources: an app without a permission gets 200 with a top-level error that has the
``extensions.exception.code`` ``PermissionDenied`` (observed on 3.23); a mutation that was
understood and refused carries ``errors`` in its payload (Saleor's documentation).
"""

import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from bittitan_plugin.domain.errors import (
    BitTitanError,
    PlatformOutcomeUnknown,
    PlatformRejected,
    PlatformUnavailable,
    Rejected,
)
from bittitan_plugin.domain.retry_after import retry_after_seconds
from bittitan_plugin.platforms.saleor.documents import Document

#: The most characters kept of Saleor's messages.
LONGEST_MESSAGE = 300
#: The code of a call for which the app has no permission.
PERMISSION_DENIED = "PERMISSION_DENIED"
#: Error classes of Saleor that mean a fault of its own, which may pass.
_PASSING = frozenset({"OperationalError", "InterfaceError", "DatabaseError", "Timeout"})


@dataclass(frozen=True, kw_only=True)
class Reply:
    """The raw HTTP answer."""

    status: int
    body: bytes = field(repr=False)
    retry_after: str | None = None


def failure(
    operation: Document, outcome: httpx.HTTPError | httpx.InvalidURL | Reply
) -> BitTitanError | None:
    """What went wrong in transport, or None where there is an answer to read.

    A 400 is read: Saleor answers so to a document it cannot run, and gives the reason.
    """
    what = f"Saleor could not be asked ({operation.name})"
    match outcome:
        case Reply(status=200 | 400):
            return None
        case Reply(status=429):  # refused unread
            wait = retry_after_seconds(outcome.retry_after, datetime.now(UTC))
            return PlatformUnavailable(f"{what}: too many requests.", retry_after=wait)
        case Reply(status=401 | 403):
            return PlatformRejected(
                PERMISSION_DENIED, f"{what}: it does not accept the app's token."
            )
        case Reply(status=status) if 300 <= status < 500 and status != 408:
            return PlatformRejected("ADDRESS", f"{what}: the address answered {status}.")
        case httpx.ConnectError() if _is_certificate_error(outcome):
            return PlatformRejected("CERTIFICATE", f"{what}: its certificate cannot be trusted.")
        case httpx.UnsupportedProtocol() | httpx.InvalidURL():
            return PlatformRejected("ADDRESS", f"{what}: the address cannot be called.")
        # No connection, so not one byte of the request left.
        case httpx.ConnectError() | httpx.ConnectTimeout() | httpx.PoolTimeout():
            return PlatformUnavailable(f"{what}: no connection ({type(outcome).__name__}).")
        case httpx.ProxyError():
            return PlatformUnavailable(f"{what}: the proxy refused.")
    return _uncertain(operation, _kind(outcome))


def unreadable(operation: Document, reply: Reply) -> BitTitanError:
    """The error for an answer that is not GraphQL: a proxy's page, a cut-off body."""
    return _uncertain(operation, f"its answer of status {reply.status} cannot be read")


def failure_of_errors(operation: Document, answer: Mapping[str, Any]) -> BitTitanError | None:
    """The error for a GraphQL answer's errors: top-level ones first, then a mutation's own."""
    for error in _dicts(answer.get("errors")):
        return _of_top_level(operation, error)
    if operation.writes:
        for payload in _dicts(list((answer.get("data") or {}).values())):
            for error in _dicts(payload.get("errors")):
                return _of_payload(operation, error)
    return None


def _of_top_level(operation: Document, error: Mapping[str, Any]) -> BitTitanError:
    exception = (error.get("extensions") or {}).get("exception") or {}
    code, message = str(exception.get("code") or "GRAPHQL_ERROR"), _one_line(error.get("message"))
    if code == "PermissionDenied":
        return PlatformRejected(
            PERMISSION_DENIED,
            f"Saleor does not let the app do this ({operation.name}): {message} "
            "Install the app again with the permissions it asks for: remove it first, for Saleor "
            "installs none twice. Settings and assets stay.",
        )
    if code in _PASSING or message == "Internal Server Error":
        return _uncertain(operation, f"it answered '{message}'")
    return PlatformRejected(code, f"Saleor refused {operation.name}: {message}")


def _of_payload(operation: Document, error: Mapping[str, Any]) -> Rejected:
    return PlatformRejected(
        str(error.get("code") or "INVALID"),
        f"Saleor refused {operation.name}: {_one_line(error.get('message'))}",
        field=error.get("field"),
    )


def _uncertain(operation: Document, why: str) -> BitTitanError:
    """It was sent, at least in part, and there is no usable answer."""
    if operation.writes:
        return PlatformOutcomeUnknown(
            f"It is not known whether Saleor did {operation.name}: {why}."
        )
    return PlatformUnavailable(f"Saleor could not be asked ({operation.name}): {why}.")


def _dicts(value: object) -> Iterator[Mapping[str, Any]]:
    for each in value if isinstance(value, list) else ():
        if isinstance(each, dict):
            yield each


def _one_line(message: object) -> str:
    # The text is used in logs, histories and e-mails.
    return " ".join(str(message or "no reason given").split())[:LONGEST_MESSAGE]


def _is_certificate_error(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _kind(outcome: Exception | Reply) -> str:
    if isinstance(outcome, Reply):
        return f"the answer was {outcome.status}"
    return type(outcome).__name__
