"""OrderLeases our errors into GraphQL's: typed in payloads, with a code at the top level."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol, Self, get_args, get_type_hints

import strawberry
from graphql import GraphQLError
from strawberry.extensions import FieldExtension
from strawberry.extensions.field_extension import AsyncExtensionResolver

from bittitan_plugin.domain.errors import (
    BitTitanError,
    ErrorCode,
    OutcomeUnknown,
    Refusal,
    Refusals,
    Rejected,
    Unavailable,
)


class PermissionDenied(GraphQLError):
    """The viewer lacks the permission in the field's description. A top-level error."""

    def __init__(self, needed: str) -> None:
        super().__init__(
            f"To access this path, you need {needed}.",
            extensions={"exception": {"code": "PermissionDenied"}},
        )


@strawberry.type
class ErrorFields:
    """As in Saleor: one error type per object, ``field`` in camelCase."""

    field: str | None = strawberry.field(
        description="The input at fault, or null when the request as a whole is refused."
    )
    message: str | None = strawberry.field(description="One sentence for people.")
    code: ErrorCode = strawberry.field(description="A stable code for programs.")

    @classmethod
    def of(cls, error: BitTitanError) -> list[Self]:
        """The payload's errors for an error that was raised on purpose. Raises any other again."""
        found = error.refusals if isinstance(error, Refusals) else (as_refusal(error),)
        return [
            cls(
                field=camel_case(each.field) if each.field else None,
                message=each.message,
                code=each.code,
            )
            for each in found
        ]


@strawberry.type(description="Why a mutation of an asset was refused.")
class BitTitanAssetError(ErrorFields):
    """In payloads of mutations about assets."""


@strawberry.type(description="Why a mutation of an account was refused.")
class BitTitanAccountError(ErrorFields):
    """In payloads of mutations about accounts."""


@strawberry.type(description="Why a mutation of the catalogue was refused.")
class BitTitanProductError(ErrorFields):
    """In payloads of mutations about the catalogue."""


@strawberry.type(description="Why a mutation of a cancellation request was refused.")
class BitTitanCancellationRequestError(ErrorFields):
    """In payloads of mutations about cancellation requests."""


@strawberry.type(description="Why a mutation of the coupon stock was refused.")
class BitTitanStockError(ErrorFields):
    """In payloads of mutations about the stock."""


@strawberry.type(description="Why a code of the stock was not withdrawn.")
class BitTitanStockCodeError(ErrorFields):
    """In payloads of mutations about one code of the stock."""


@strawberry.type(description="Why deciding about a revocation was refused.")
class BitTitanRevocationError(ErrorFields):
    """In payloads of mutations about a revocation."""


@strawberry.type(description="Why a mutation of a problem was refused.")
class BitTitanProblemError(ErrorFields):
    """In payloads of mutations about problems."""


@strawberry.type(description="Why a long run was not begun.")
class BitTitanRunError(ErrorFields):
    """In payloads of mutations that begin long runs."""


def as_refusal(error: BitTitanError) -> Refusal:
    """Any error raised on purpose, in the vocabulary of ``BitTitanErrorCode``."""
    match error:
        case Refusal():
            return error
        case Rejected(message=message, field=field):
            return Refusal(error.reported_as, message, field=field)
        case Unavailable(message=message):
            return Refusal(error.reported_as, message)
        case OutcomeUnknown(message=message):
            return Refusal(error.reported_as, f"It may or may not have been done: {message}")
        case _:
            raise error


def camel_case(path: str) -> str:
    """An input's name as GraphQL clients write it: ``lines[1].unit_price`` → ``…unitPrice``."""
    return re.sub(r"(?<=[a-z0-9])_([a-z0-9])", lambda found: found[1].upper(), path)


class Payload(Protocol):
    """The answer of a mutation; the type of its errors makes them ``of`` what was raised."""

    errors: list[Any]


def refusals(description: str = "Why it was refused; empty when it was not.") -> Any:
    """The field ``errors`` of a payload."""
    return strawberry.field(default_factory=list, description=description)


@contextmanager
def refusals_in(payload: Payload) -> Iterator[None]:
    """Put errors raised on purpose in the block into the payload; its other fields stay."""
    (kind,) = get_args(get_type_hints(type(payload))["errors"])
    try:
        yield
    except BitTitanError as error:
        payload.errors = kind.of(error)


class RefusalsInPayload(FieldExtension):
    """For mutations: returns errors raised on purpose in a payload without other values."""

    def __init__(self, payload: type[Payload]) -> None:
        self._payload = payload

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: strawberry.Info, **kwargs: Any
    ) -> Any:
        """Run the resolver; return its payload, or one with the errors."""
        refused = self._payload()
        with refusals_in(refused):
            return await next_(source, info, **kwargs)
        return refused


class RefusalsAsErrors(FieldExtension):
    """For queries, which have no payload: errors raised on purpose become top-level errors."""

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: strawberry.Info, **kwargs: Any
    ) -> Any:
        """Run the resolver; translate errors that it raises on purpose."""
        try:
            return await next_(source, info, **kwargs)
        except BitTitanError as error:
            refusal = as_refusal(error)
            raise GraphQLError(
                refusal.message,
                extensions={
                    "exception": {"code": refusal.code.value},
                    "field": camel_case(refusal.field) if refusal.field else None,
                },
            ) from error
