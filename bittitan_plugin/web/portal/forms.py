"""Reads the portal's forms, and chooses the status of their refusals."""

from datetime import UTC, datetime
from uuid import UUID

from starlette.datastructures import FormData

from bittitan_plugin.domain.errors import ErrorCode, Refusal

#: The status of refusals, by their code; every other refusal is a conflict.
_STATUS = {
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.INVALID: 422,
    ErrorCode.REQUIRED: 422,
    ErrorCode.LIMIT_REACHED: 429,
}


def text_of(sent: FormData, name: str) -> str:
    """A field's text; empty where a file or nothing was sent."""
    value = sent.get(name, "")
    return value if isinstance(value, str) else ""


def key_of(sent: FormData, name: str, otherwise: str) -> UUID:
    """A field that names something by its key. Raises ``Refusal`` NOT_FOUND."""
    try:
        return UUID(text_of(sent, name))
    except ValueError:
        raise Refusal(ErrorCode.NOT_FOUND, otherwise, field=name) from None


def instant_of(sent: FormData, name: str) -> datetime:
    """A field's instant; one long ago where it has none."""
    try:
        found = datetime.fromisoformat(text_of(sent, name))
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def status_of(error: Exception) -> int:
    """The HTTP status of a form that was refused, or that failed."""
    return _STATUS.get(error.code, 409) if isinstance(error, Refusal) else 503
