"""What a resolver finds in its request: the platform, who is asking, and the loaders."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar, cast

import anyio.to_thread
import strawberry

from bittitan_graphql.errors import PermissionDenied
from bittitan_plugin.domain.access import Permission, Viewer
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.platforms.shop.schema.loaders import Loaders
from bittitan_plugin.platforms.shop.tables import UserRow

ShopInfo = strawberry.Info[dict[str, Any], None]
#: An argument called ``id``, whose Python name hides no builtin.
IdArgument = Annotated[strawberry.ID, strawberry.argument(name="id")]

Result = TypeVar("Result")


def platform(info: ShopInfo) -> ShopPlatform:
    """The platform this request runs on."""
    return cast(ShopPlatform, info.context["platform"])


def loaders(info: ShopInfo) -> Loaders:
    """This request's data loaders."""
    return cast(Loaders, info.context["loaders"])


def viewer(info: ShopInfo) -> Viewer:
    """Who is asking."""
    return cast(Viewer, info.context["viewer"])


def address(info: ShopInfo) -> str:
    """The network address the request came from."""
    return cast(str, info.context["address"])


def signed_in(info: ShopInfo) -> UserRow:
    """The user who is asking. Raises ``PermissionDenied`` for nobody."""
    user = cast("UserRow | None", info.context["user"])
    if user is None:
        raise PermissionDenied("to be signed in")
    return user


def require(info: ShopInfo, permission: Permission) -> None:
    """Let staff with that permission pass. Raises ``PermissionDenied`` for everybody else."""
    if not viewer(info).may(permission):
        raise PermissionDenied(f"one of the following permissions: {permission}")


async def run(work: Callable[[], Result]) -> Result:
    """Do database work in a thread, so that the event loop never waits for it."""
    return await anyio.to_thread.run_sync(work)
