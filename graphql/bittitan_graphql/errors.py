"""The one place where our errors become GraphQL's: typed in payloads, coded at the top level."""

import re
from typing import Any, TypeVar

import strawberry
from graphql import GraphQLError
from strawberry.extensions import FieldExtension
from strawberry.extensions.field_extension import AsyncExtensionResolver

from bittitan_graphql.enums import BitTitanErrorCode
from bittitan_plugin.domain.errors import (
    BitTitanError,
    OutcomeUnknown,
    Refusal,
    Rejected,
    Unavailable,
)

PayloadError = TypeVar("PayloadError", bound="ErrorFields")


class PermissionDenied(GraphQLError):
    """The viewer lacks what the field's description asks for. Reaches the client at top level."""

    def __init__(self, needed: str) -> None:
        super().__init__(
            f"To access this path, you need {needed}.",
            extensions={"exception": {"code": "PermissionDenied"}},
        )


@strawberry.type
class ErrorFields:
    """As Saleor has it: one error type per object, ``field`` in camelCase."""

    field: str | None = strawberry.field(
        description="The input at fault, or null when the request as a whole is refused."
    )
    message: str | None = strawberry.field(description="One sentence for people.")
    code: BitTitanErrorCode = strawberry.field(description="A stable code for programs.")


@strawberry.type(description="Why a mutation of an asset was refused.")
class BitTitanAssetError(ErrorFields):
    """In payloads of mutations about assets."""


@strawberry.type(description="Why a mutation of an account was refused.")
class BitTitanAccountError(ErrorFields):
    """In payloads of mutations about accounts."""


@strawberry.type(description="Why a mutation of the catalogue was refused.")
class BitTitanProductError:
    """The same shape as every error type here."""

    field: str | None = strawberry.field(
        description="The input at fault, or null when the request as a whole is refused."
    )
    message: str | None = strawberry.field(description="One sentence for people.")
    code: BitTitanErrorCode = strawberry.field(description="A stable code for programs.")


def product_errors(error: BitTitanError) -> list[BitTitanProductError]:
    """What a catalogue mutation's payload says of an error that was raised on purpose."""
    refusal = as_refusal(error)
    return [
        BitTitanProductError(
            field=camel_case(refusal.field) if refusal.field else None,
            message=refusal.message,
            code=BitTitanErrorCode[refusal.code.name],
        )
    ]


@strawberry.type(description="Why a mutation of a cancellation request was refused.")
class BitTitanCancellationRequestError(ErrorFields):
    """In payloads of mutations about cancellation requests."""


@strawberry.type(description="Why a mutation of the coupon stock was refused.")
class BitTitanStockError(ErrorFields):
    """In payloads of mutations about the stock."""


@strawberry.type(description="Why deciding about a revocation was refused.")
class BitTitanRevocationError(ErrorFields):
    """In payloads of mutations about a revocation."""


def revocation_errors(error: BitTitanError) -> list[BitTitanRevocationError]:
    """What the payload about a revocation says of an error that was raised on purpose."""
    return payload_errors(error, BitTitanRevocationError)


def stock_errors(error: BitTitanError) -> list[BitTitanStockError]:
    """What the payload about the stock says of an error that was raised on purpose."""
    return payload_errors(error, BitTitanStockError)


def request_errors(error: BitTitanError) -> list[BitTitanCancellationRequestError]:
    """What the payload about a request says of an error that was raised on purpose."""
    return payload_errors(error, BitTitanCancellationRequestError)


def asset_errors(error: BitTitanError) -> list[BitTitanAssetError]:
    """What the payload about an asset says of an error that was raised on purpose."""
    return payload_errors(error, BitTitanAssetError)


def account_errors(error: BitTitanError) -> list[BitTitanAccountError]:
    """What the payload about an account says of an error that was raised on purpose."""
    return payload_errors(error, BitTitanAccountError)


@strawberry.type(description="Why a mutation of a problem was refused.")
class BitTitanProblemError(ErrorFields):
    """In payloads of mutations about problems."""


@strawberry.type(description="Why a long run was not begun.")
class BitTitanRunError(ErrorFields):
    """In payloads of mutations that begin long runs."""


def payload_errors(error: BitTitanError, kind: type[PayloadError]) -> list[PayloadError]:
    """What a mutation's payload says of an error that was raised on purpose."""
    refusal = as_refusal(error)
    return [
        kind(
            field=camel_case(refusal.field) if refusal.field else None,
            message=refusal.message,
            code=BitTitanErrorCode[refusal.code.name],
        )
    ]


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


class RefusalsAsErrors(FieldExtension):
    """For queries, which have no payload: what was raised on purpose becomes a top-level error."""

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: strawberry.Info, **kwargs: Any
    ) -> Any:
        """Run the resolver; translate what it raises on purpose."""
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
