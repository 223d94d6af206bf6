"""Users as they and staff see them."""

from datetime import datetime

import strawberry

from bittitan_graphql.errors import PermissionDenied
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.platforms.shop.ids import Kind, global_id
from bittitan_plugin.platforms.shop.paging import PageRequest
from bittitan_plugin.platforms.shop.schema.composition import composed
from bittitan_plugin.platforms.shop.schema.connections import CountableConnection, connect
from bittitan_plugin.platforms.shop.schema.context import (
    HostInfo,
    platform,
    viewer,
)
from bittitan_plugin.platforms.shop.schema.fields import field
from bittitan_plugin.platforms.shop.schema.types.orders import Order, order_of
from bittitan_plugin.platforms.shop.tables import UserRow


@strawberry.type
class UserPermission:
    """What a member of staff may do."""

    code: str
    name: str


@strawberry.type
class User:
    """A customer, or a member of staff."""

    id: strawberry.ID
    email: str
    company_name: str
    is_staff: bool
    billing_day: int | None
    date_joined: datetime
    row: strawberry.Private[UserRow]

    @field
    def user_permissions(self) -> list[UserPermission] | None:
        """What this member of staff may do."""
        return [
            UserPermission(code=code, name=code.replace("_", " ").capitalize() + ".")
            for code in self.row.permissions
        ]

    @field
    async def orders(
        self,
        info: HostInfo,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> CountableConnection[Order] | None:
        """The orders this user placed, newest first."""
        asking = viewer(info)
        if asking.email != self.email and not asking.may(Permission.MANAGE_ORDERS):
            raise PermissionDenied(f"one of the following permissions: {Permission.MANAGE_ORDERS}")
        request = PageRequest(first=first, after=after, last=last, before=before)
        listing = platform(info).orders.of_user(self.row.id)
        return await connect(info, listing, request, lambda row: order_of(info, row))


def user_of(info: HostInfo, row: UserRow) -> User:
    """A user for the wire."""
    return composed(info, User)(
        id=strawberry.ID(global_id(Kind.USER, row.id)),
        email=row.email,
        company_name=row.company,
        is_staff=row.is_staff,
        billing_day=row.billing_day,
        date_joined=row.created_at,
        row=row,
    )
