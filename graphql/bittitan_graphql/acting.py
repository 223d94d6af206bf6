"""What every mutation does around the use case it delegates to."""

from collections.abc import Callable
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar
from uuid import UUID

import anyio.to_thread

from bittitan_graphql.access import demand_visible, require_signed_in
from bittitan_graphql.context import RequestScope
from bittitan_graphql.global_ids import ASSET, read_global_id
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.store.unit_of_work import UnitOfWork

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


async def demand_asset(scope: RequestScope, asset_id: str) -> Asset:
    """The asset a mutation is about.

    Raises ``PermissionDenied`` for nobody signed in, and ``Refusal`` when the plugin is switched
    off, the id is wrong, or there is no such asset for this viewer.
    """
    require_signed_in(scope, Permission.MANAGE_ORDERS)
    key = read_global_id(ASSET, asset_id)

    def find(work: UnitOfWork) -> Asset:
        work.installations.by_id(scope.installation_id).check_active()
        return work.assets.get(key)

    asset = await scope.read(find)
    await demand_visible(scope, asset)
    return asset


async def perform(
    scope: RequestScope,
    use_case: Callable[Concatenate[Ports, UUID, Arguments], Result],
    *arguments: Arguments.args,
    **options: Arguments.kwargs,
) -> Result:
    """Run a use case in a thread; what was loaded before it is forgotten."""
    call = partial(use_case, scope.ports, scope.installation_id, *arguments, **options)
    try:
        return await anyio.to_thread.run_sync(call)
    finally:
        scope.forget()
