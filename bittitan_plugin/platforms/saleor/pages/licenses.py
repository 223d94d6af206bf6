"""The licences that staff see in Saleor's Dashboard, and their actions on one."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.cancellation import CancellationTerms
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor
from bittitan_plugin.domain.problems import Problem
from bittitan_plugin.services.cancelling import cancellation
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.services.selling import provisioning
from bittitan_plugin.store.queries.assets import (
    AssetFilter,
    AssetSort,
    asset_list,
    newest_of_accounts,
    sort_key,
)
from bittitan_plugin.store.queries.audience import EVERYTHING
from bittitan_plugin.store.queries.keyset import Window
from bittitan_plugin.store.unit_of_work import UnitOfWork

#: Licences on one page of the Dashboard; all of them are in the back office and over GraphQL.
MOST_SHOWN = 25


@dataclass(frozen=True)
class Licence:
    """One asset with the possible actions."""

    asset: Asset
    terms: CancellationTerms
    problems: Sequence[Problem]

    @property
    def can_synchronize(self) -> bool:
        """Whether asking BitTitan again can change anything."""
        unsettled = self.asset.provisioning_status is not ProvisioningStatus.SYNCHRONIZED
        return unsettled or self.asset.status is AssetStatus.CANCELLING


def of_order(tenant: Tenant, order_id: str) -> list[Licence]:
    """The licences of one order."""
    with tenant.reading() as work:
        return _shown(tenant.ports, work, work.assets.of_orders([order_id])[:MOST_SHOWN])


def of_customer(tenant: Tenant, customer_id: str) -> list[Licence]:
    """The newest licences bought by or for one customer."""
    with tenant.reading() as work:
        account = work.accounts.of_customer(customer_id)
        if account is None:
            return []
        found = newest_of_accounts(work, EVERYTHING, [account.id], MOST_SHOWN)
        return _shown(tenant.ports, work, found[account.id])


def newest(tenant: Tenant) -> list[Licence]:
    """The newest licences of all customers."""
    sort = sort_key(AssetSort.PURCHASE_DATE, descending=True)
    with tenant.reading() as work:
        page = asset_list(work, EVERYTHING, AssetFilter(), sort).page(Window(size=MOST_SHOWN))
        return _shown(tenant.ports, work, [entry.item for entry in page.entries])


def act(tenant: Tenant, asset_id: UUID, actor: Actor, *, do: str, comment: str) -> str:
    """Synchronize or cancel; returns a sentence about what began. Raises ``Refusal``."""
    if do == "synchronize":
        provisioning.synchronize(tenant, asset_id, actor)
        return "BitTitan is being asked; reload in a moment to see what came of it."
    if do == "cancel":
        cancellation.cancel(tenant, asset_id, actor, comment)
        return "The cancellation has begun; reload in a moment to see what came of it."
    raise Refusal(ErrorCode.INVALID, f"There is nothing like '{do[:40]}' to do.", field="do")


def _shown(ports: Ports, work: UnitOfWork, assets: Sequence[Asset]) -> list[Licence]:
    installation = work.installations.by_id(work.installation_id)
    return [
        Licence(
            asset,
            cancellation.terms(ports, installation, asset),
            list(work.problems.open_of(asset.id).values()),
        )
        for asset in assets
    ]
