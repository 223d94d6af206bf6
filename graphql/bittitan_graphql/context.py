"""What resolvers know of the request: the host makes it once and puts it into the context."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import anyio.to_thread
import strawberry

from bittitan_graphql.loaders import Loaders
from bittitan_plugin.base.patience import Patience
from bittitan_plugin.domain.access import NO_ACCOUNTS, OwnAccounts, Viewer
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.store.unit_of_work import UnitOfWork

Result = TypeVar("Result")

#: The key of the scope in the host's GraphQL context, which is a dict.
CONTEXT_KEY = "bittitan"


@dataclass(kw_only=True)
class RequestScope:
    """One request of one viewer to one installation."""

    tenant: Tenant
    viewer: Viewer
    patience: Patience = field(default_factory=Patience)
    loaders: Loaders = field(init=False)

    def __post_init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Clear what was loaded, because a mutation has changed it."""
        self.loaders = Loaders(self.tenant.ports, self.read)

    async def read(self, visit: Callable[[UnitOfWork], Result]) -> Result:
        """One visit to the database, in a thread, with a short session of its own."""

        def in_session() -> Result:
            with self.tenant.reading() as work:
                return visit(work)

        return await anyio.to_thread.run_sync(in_session)

    async def own_accounts(self) -> OwnAccounts:
        """The viewer's own accounts that the plugin knows."""
        if self.viewer.customer_id is None:
            return NO_ACCOUNTS
        own = await self.loaders.accounts_of_customer.load(self.viewer.customer_id)
        return own.under(self.viewer.email)


def scope_of(info: strawberry.Info) -> RequestScope:
    """The scope of the request that ``info`` belongs to."""
    scope = info.context[CONTEXT_KEY]
    if not isinstance(scope, RequestScope):
        raise TypeError(f'context["{CONTEXT_KEY}"] must hold what request_scope() returned')
    return scope
