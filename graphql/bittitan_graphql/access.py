"""Authorisation: what the viewer may read, or an error that names the missing permission."""

from collections.abc import Callable
from typing import Any

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.extensions.field_extension import AsyncExtensionResolver

from bittitan_graphql.context import RequestScope
from bittitan_graphql.errors import PermissionDenied
from bittitan_plugin.domain.access import Permission, may_see, may_see_account, may_see_terms
from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.store.queries.audience import EVERYTHING, Audience, audience_of

#: Raises ``PermissionDenied`` unless the viewer holds the permission.
Demand = Callable[[strawberry.Info, Permission], None]


def require(scope: RequestScope, permission: Permission) -> None:
    """Raise unless the viewer is staff holding that permission."""
    if not scope.viewer.may(permission):
        raise PermissionDenied(f"the permission {permission}")


class Needs(FieldExtension):
    """For fields for staff only: the resolver does not run without the permission."""

    def __init__(self, permission: Permission, demand: Demand) -> None:
        self._permission = permission
        self._demand = demand

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: strawberry.Info, **kwargs: Any
    ) -> Any:
        """Raise ``PermissionDenied``, or run the resolver."""
        self._demand(info, self._permission)
        return await next_(source, info, **kwargs)


def require_signed_in(scope: RequestScope, permission: Permission) -> None:
    """Raise unless the viewer is a customer, or staff holding that permission."""
    if scope.viewer.customer_id is None and not scope.viewer.may(permission):
        raise PermissionDenied(f"to sign in as a customer, or the permission {permission}")


async def audience(scope: RequestScope, permission: Permission) -> Audience:
    """What the viewer may read: all, for staff; its own, for a customer. Raises for others."""
    require_signed_in(scope, permission)
    if scope.viewer.may(permission):
        return EVERYTHING
    return audience_of(await scope.own_accounts())


async def sees(scope: RequestScope, asset: Asset) -> bool:
    """Whether the viewer may see the asset and use its coupon code."""
    return may_see(scope.viewer, asset, await scope.own_accounts())


async def sees_terms(scope: RequestScope, asset: Asset) -> bool:
    """Whether the viewer may see what it cost, and cancel it: not the end customer."""
    return may_see_terms(scope.viewer, asset, await scope.own_accounts())


async def visible(scope: RequestScope, assets: list[Asset]) -> list[Asset]:
    """Those of the assets that the viewer may see; none if nobody is signed in."""
    return [asset for asset in assets if await sees(scope, asset)]


async def demand_visible(scope: RequestScope, asset: Asset) -> None:
    """Raise the refusal of an unknown id if the viewer may not see the asset."""
    if not await sees(scope, asset):
        raise Refusal(ErrorCode.NOT_FOUND, "There is no such asset.", field="id")


async def sees_account(scope: RequestScope, account: Account, permission: Permission) -> bool:
    """Whether the viewer may see an account: staff, the customer itself, or its reseller."""
    return scope.viewer.may(permission) or may_see_account(await scope.own_accounts(), account)
