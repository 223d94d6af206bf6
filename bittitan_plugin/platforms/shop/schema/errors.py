"""Errors in payloads, per subject as Saleor has them, and the way refusals become them."""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Generic, TypeVar

import strawberry

from bittitan_plugin.domain.errors import Refusal
from bittitan_plugin.platforms.shop.schema.context import HostInfo, platform, run
from bittitan_plugin.platforms.shop.schema.loaders import Loaders
from bittitan_plugin.ports.platform import PluginsRejected


@strawberry.enum
class AccountErrorCode(StrEnum):
    """What can be wrong with a user."""

    GRAPHQL_ERROR = "GRAPHQL_ERROR"
    INVALID = "INVALID"
    INVALID_CREDENTIALS = "INVALID_CREDENTIALS"
    LOGIN_ATTEMPT_DELAYED = "LOGIN_ATTEMPT_DELAYED"
    NOT_FOUND = "NOT_FOUND"
    REQUIRED = "REQUIRED"
    UNIQUE = "UNIQUE"


@strawberry.enum
class ProductErrorCode(StrEnum):
    """What can be wrong with a product."""

    GRAPHQL_ERROR = "GRAPHQL_ERROR"
    INVALID = "INVALID"
    NOT_FOUND = "NOT_FOUND"
    REQUIRED = "REQUIRED"
    UNIQUE = "UNIQUE"


@strawberry.enum
class CheckoutErrorCode(StrEnum):
    """What can be wrong with a basket; plugins add their reasons."""

    GRAPHQL_ERROR = "GRAPHQL_ERROR"
    INVALID = "INVALID"
    NOT_FOUND = "NOT_FOUND"
    REQUIRED = "REQUIRED"
    UNIQUE = "UNIQUE"
    PLUGIN_INACTIVE = "PLUGIN_INACTIVE"
    PLUGIN_MISCONFIGURED = "PLUGIN_MISCONFIGURED"
    ACCOUNT_NOT_SYNCHRONIZED = "ACCOUNT_NOT_SYNCHRONIZED"
    OUT_OF_STOCK = "OUT_OF_STOCK"
    VENDOR_REJECTED = "VENDOR_REJECTED"
    VENDOR_UNAVAILABLE = "VENDOR_UNAVAILABLE"


@strawberry.enum
class OrderErrorCode(StrEnum):
    """What can be wrong with an order; plugins add their reasons."""

    GRAPHQL_ERROR = "GRAPHQL_ERROR"
    INVALID = "INVALID"
    NOT_FOUND = "NOT_FOUND"
    REQUIRED = "REQUIRED"
    UNIQUE = "UNIQUE"
    PLUGIN_INACTIVE = "PLUGIN_INACTIVE"
    PLUGIN_MISCONFIGURED = "PLUGIN_MISCONFIGURED"
    ACCOUNT_NOT_SYNCHRONIZED = "ACCOUNT_NOT_SYNCHRONIZED"
    OUT_OF_STOCK = "OUT_OF_STOCK"
    VENDOR_REJECTED = "VENDOR_REJECTED"
    VENDOR_UNAVAILABLE = "VENDOR_UNAVAILABLE"


@strawberry.enum
class PluginErrorCode(StrEnum):
    """What can be wrong with a plugin's settings."""

    CONFIRMATION_REQUIRED = "CONFIRMATION_REQUIRED"
    GRAPHQL_ERROR = "GRAPHQL_ERROR"
    INVALID = "INVALID"
    NOT_FOUND = "NOT_FOUND"
    PLUGIN_MISCONFIGURED = "PLUGIN_MISCONFIGURED"
    REQUIRED = "REQUIRED"
    UNIQUE = "UNIQUE"
    VENDOR_REJECTED = "VENDOR_REJECTED"
    VENDOR_UNAVAILABLE = "VENDOR_UNAVAILABLE"


@strawberry.type
class AccountError:
    """Why a change of a user was refused."""

    field: str | None
    message: str | None
    code: AccountErrorCode


@strawberry.type
class ProductError:
    """Why a change of a product was refused."""

    field: str | None
    message: str | None
    code: ProductErrorCode


@strawberry.type
class CheckoutError:
    """Why a change of a basket was refused."""

    field: str | None
    message: str | None
    code: CheckoutErrorCode


@strawberry.type
class OrderError:
    """Why a change of an order was refused."""

    field: str | None
    message: str | None
    code: OrderErrorCode


@strawberry.type
class PluginError:
    """Why settings were refused; ``field`` is the setting's name."""

    field: str | None
    message: str | None
    code: PluginErrorCode


Result = TypeVar("Result")
Error = TypeVar("Error")
Code = TypeVar("Code", bound=StrEnum)


def camel_case(path: str) -> str:
    """An input's name as clients write it: ``lines[1].unit_price`` becomes ``…unitPrice``."""
    return re.sub(r"(?<=[a-z0-9])_([a-z0-9])", lambda found: found[1].upper(), path)


class Subject(Generic[Code, Error]):
    """A kind of payload error and its codes."""

    def __init__(
        self,
        codes: type[Code],
        make: Callable[[str | None, str | None, Code], Error],
        spelled: Callable[[str], str] = camel_case,
    ) -> None:
        self._codes = codes
        self._make = make
        self._spelled = spelled

    def error(self, code: str, message: str, field: str | None) -> Error:
        """One error; a code this subject does not have becomes INVALID, its message stays."""
        known = code if code in self._codes.__members__ else "INVALID"
        return self._make(self._spelled(field) if field else None, message, self._codes(known))


ACCOUNT = Subject(AccountErrorCode, lambda f, m, c: AccountError(field=f, message=m, code=c))
PRODUCT = Subject(ProductErrorCode, lambda f, m, c: ProductError(field=f, message=m, code=c))
CHECKOUT = Subject(CheckoutErrorCode, lambda f, m, c: CheckoutError(field=f, message=m, code=c))
ORDER = Subject(OrderErrorCode, lambda f, m, c: OrderError(field=f, message=m, code=c))
PLUGIN = Subject(
    PluginErrorCode,
    lambda f, m, c: PluginError(field=f, message=m, code=c),
    # A setting is named as it is listed, which is no field of the schema.
    spelled=lambda name: name,
)


async def attempt(
    info: HostInfo, subject: Subject[Code, Error], work: Callable[[], Result]
) -> tuple[Result | None, list[Error]]:
    """Do a mutation's work in a thread: its result, or what stands in the payload's errors."""
    try:
        result = await run(work)
    except Refusal as refusal:
        return None, [subject.error(refusal.code, refusal.message, refusal.field)]
    except PluginsRejected as refused:
        return None, [
            subject.error(each.code, each.message, each.field) for each in refused.refusals
        ]
    # Loaders remember what was; a later field of the same request must see what is.
    info.context["loaders"] = Loaders(platform(info))
    return result, []
