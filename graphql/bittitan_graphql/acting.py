"""What every mutation does around the use case it delegates to."""

from collections.abc import Callable
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

import anyio.to_thread

from bittitan_graphql.access import demand_visible, require_signed_in, sees_terms
from bittitan_graphql.context import RequestScope
from bittitan_graphql.errors import PermissionDenied
from bittitan_graphql.global_ids import ASSET, CANCELLATION_REQUEST, global_id, read_global_id
from bittitan_plugin.domain.access import Permission, bought
from bittitan_plugin.domain.assets import Asset, AssetStatus
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.requests import CancellationRequest
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.store.unit_of_work import UnitOfWork

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

#: What a customer lacks that may see an asset but not decide about it.
BUYER = "to be the account that bought it"


async def demand_asset(scope: RequestScope, asset_id: str) -> Asset:
    """The asset of a mutation.

    Raises ``PermissionDenied`` for nobody signed in, and ``Refusal`` when the plugin is switched
    off, the id is wrong, or there is no such asset for this viewer.
    """
    require_signed_in(scope, Permission.MANAGE_ORDERS)
    key = read_global_id(ASSET, asset_id)

    def find(work: UnitOfWork) -> Asset:
        work.installations.by_id(scope.tenant.id).check_active()
        return work.assets.get(key)

    asset = await scope.read(find)
    await demand_visible(scope, asset)
    return asset


async def demand_terms(scope: RequestScope, asset_id: str) -> Asset:
    """The same for mutations by staff and the buyer, but not by the end customer."""
    asset = await demand_asset(scope, asset_id)
    if not await sees_terms(scope, asset):
        raise PermissionDenied(BUYER)
    return asset


async def demand_own_asset(scope: RequestScope, asset_id: str) -> Asset:
    """The same for mutations by customers only: the viewer must have bought it."""
    asset = await demand_asset(scope, asset_id)
    if not bought(await scope.own_accounts(), asset):
        raise PermissionDenied(BUYER)
    return asset


async def demand_own_request(scope: RequestScope, request_id: str) -> CancellationRequest:
    """The cancellation request of a customer's mutation.

    Raises what ``demand_own_asset`` raises; others' requests are reported as not found.
    """
    require_signed_in(scope, Permission.MANAGE_ORDERS)
    key = read_global_id(CANCELLATION_REQUEST, request_id)
    request = await scope.read(lambda work: work.requests.get(key))
    try:
        await demand_own_asset(scope, global_id(ASSET, request.asset_id))
    except Refusal as refusal:
        if refusal.code is not ErrorCode.NOT_FOUND:
            raise
        raise Refusal(refusal.code, "There is no such cancellation request.", field="id") from None
    return request


async def executed(scope: RequestScope, asset: Asset) -> Asset:
    """The asset once its cancellation has been executed, or as it is after a limited wait."""
    return await awaited(scope, asset, lambda asset: asset.status is not AssetStatus.CANCELLING)


async def awaited(scope: RequestScope, asset: Asset, is_over: Callable[[Asset], bool]) -> Asset:
    """The asset once the work on it is over, or as it is after a limited wait."""
    return await scope.patience.until(
        is_over, asset, lambda: scope.read(lambda work: work.assets.get(asset.id))
    )


async def perform(
    scope: RequestScope,
    use_case: Callable[Concatenate[Tenant, Arguments], Result],
    *arguments: Arguments.args,
    **options: Arguments.kwargs,
) -> Result:
    """Run a use case in a thread, then clear what was loaded before it."""
    call = partial(use_case, scope.tenant, *arguments, **options)
    try:
        return await anyio.to_thread.run_sync(call)
    finally:
        scope.forget()
