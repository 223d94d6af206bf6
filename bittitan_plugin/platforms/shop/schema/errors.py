"""Errors in payloads, per subject as Saleor has them, and the way refusals become them."""

from enum import Enum
from typing import Any, get_args, get_type_hints

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.extensions.field_extension import AsyncExtensionResolver

from bittitan_graphql.errors import camel_case
from bittitan_plugin.domain.errors import Refusal
from bittitan_plugin.platforms.shop.schema.context import HostInfo, platform
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


def payload_errors(refused: Refusal | PluginsRejected, kind: Any) -> list[Any]:
    """Errors of one of the types above; a code it does not have becomes INVALID, its text stays."""
    codes = get_type_hints(kind)["code"]
    # A setting is named as it is listed, which is no field of the schema.
    spelled = str if kind is PluginError else camel_case
    return [
        kind(
            field=spelled(each.field) if each.field else None,
            message=each.message,
            code=codes[each.code if each.code in codes.__members__ else "INVALID"],
        )
        for each in ([refused] if isinstance(refused, Refusal) else refused.refusals)
    ]


class RefusalsInPayload(FieldExtension):
    """For mutations: a refusal stands in a payload that holds nothing else."""

    def __init__(self, payload: type) -> None:
        self._payload = payload

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: HostInfo, **kwargs: Any
    ) -> Any:
        """Run the resolver; give its payload, or one with the errors."""
        try:
            done = await next_(source, info, **kwargs)
        except (Refusal, PluginsRejected) as refused:
            (kind,) = get_args(get_type_hints(self._payload)["errors"])
            return self._payload(errors=payload_errors(refused, kind))
        # Loaders remember what was; a later field of the same request must see what is.
        info.context["loaders"] = Loaders(platform(info))
        return done
