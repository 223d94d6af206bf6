"""Errors in payloads, per subject as Saleor has them, and the way refusals become them."""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, Self, cast, get_type_hints

import strawberry
from strawberry.extensions.field_extension import AsyncExtensionResolver

from bittitan_graphql import errors
from bittitan_graphql.errors import camel_case
from bittitan_plugin.domain.errors import BitTitanError, Refusal, Refusals
from bittitan_plugin.platforms.shop.schema.context import ShopInfo, platform
from bittitan_plugin.platforms.shop.schema.loaders import Loaders
from bittitan_plugin.ports.platform import PluginsRejected

#: What can be wrong with a user.
AccountErrorCode = Enum(
    "AccountErrorCode",
    "GRAPHQL_ERROR INVALID INVALID_CREDENTIALS LOGIN_ATTEMPT_DELAYED NOT_FOUND REQUIRED UNIQUE",
)
#: What can be wrong with a product.
ProductErrorCode = Enum("ProductErrorCode", "GRAPHQL_ERROR INVALID NOT_FOUND REQUIRED UNIQUE")
#: What can be wrong with a basket; plugins add their reasons.
CheckoutErrorCode = Enum(
    "CheckoutErrorCode",
    "GRAPHQL_ERROR INVALID NOT_FOUND REQUIRED UNIQUE PLUGIN_INACTIVE PLUGIN_MISCONFIGURED "
    "ACCOUNT_NOT_SYNCHRONIZED OUT_OF_STOCK VENDOR_REJECTED VENDOR_UNAVAILABLE",
)
#: What can be wrong with an order; plugins add their reasons.
OrderErrorCode = Enum(
    "OrderErrorCode",
    "GRAPHQL_ERROR INVALID NOT_FOUND REQUIRED UNIQUE PLUGIN_INACTIVE PLUGIN_MISCONFIGURED "
    "ACCOUNT_NOT_SYNCHRONIZED OUT_OF_STOCK VENDOR_REJECTED VENDOR_UNAVAILABLE",
)
#: What can be wrong with a plugin's settings.
PluginErrorCode = Enum(
    "PluginErrorCode",
    "CONFIRMATION_REQUIRED GRAPHQL_ERROR INVALID NOT_FOUND PLUGIN_MISCONFIGURED REQUIRED UNIQUE "
    "VENDOR_REJECTED VENDOR_UNAVAILABLE",
)


@strawberry.type
class ErrorFields:
    """What every error of a payload has, beside its ``code``."""

    field: str | None
    message: str | None

    @classmethod
    def of(cls, error: BitTitanError) -> list[Self]:
        """What a payload says of a refusal. Raises what is none again.

        A code that the subject does not have becomes INVALID; the message stays.
        """
        codes, make = get_type_hints(cls)["code"], cast(Callable[..., Self], cls)
        return [
            make(
                field=cls.spelled(each.field) if each.field else None,
                message=each.message,
                code=codes[each.code if each.code in codes.__members__ else "INVALID"],
            )
            for each in _refusals(error)
        ]

    @staticmethod
    def spelled(field: str) -> str:
        """An input's name as clients write it."""
        return camel_case(field)


def _refusals(error: BitTitanError) -> Sequence[Refusal]:
    match error:
        case Refusals() | PluginsRejected():
            return error.refusals
        case Refusal():
            return [error]
        case _:
            raise error


@strawberry.type
class AccountError(ErrorFields):
    """Why a change of a user was refused."""

    code: AccountErrorCode


@strawberry.type
class ProductError(ErrorFields):
    """Why a change of a product was refused."""

    code: ProductErrorCode


@strawberry.type
class CheckoutError(ErrorFields):
    """Why a change of a basket was refused."""

    code: CheckoutErrorCode


@strawberry.type
class OrderError(ErrorFields):
    """Why a change of an order was refused."""

    code: OrderErrorCode


@strawberry.type
class PluginError(ErrorFields):
    """Why settings were refused; ``field`` is the setting's name."""

    code: PluginErrorCode

    @staticmethod
    def spelled(field: str) -> str:
        """As it is listed: a setting is no field of the schema."""
        return field


class RefusalsInPayload(errors.RefusalsInPayload):
    """As the extension's, for a platform whose loaders remember."""

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: ShopInfo, **kwargs: Any
    ) -> Any:
        """Run the resolver; a later field of the same request must see what is by then."""
        answer = await super().resolve_async(next_, source, info, **kwargs)
        info.context["loaders"] = Loaders(platform(info))
        return answer
