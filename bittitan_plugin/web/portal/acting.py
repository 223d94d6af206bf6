"""What a customer does to a licence: each through the use case that GraphQL goes through too."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from bittitan_plugin.base.patience import Patience
from bittitan_plugin.domain.access import Viewer
from bittitan_plugin.domain.assets import Asset, AssetStatus
from bittitan_plugin.domain.cancellation import CancellationTerms
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.requests import RequestState
from bittitan_plugin.services import notifications
from bittitan_plugin.services.accounts import invitations
from bittitan_plugin.services.cancelling import cancellation
from bittitan_plugin.services.cancelling import requests as cancellation_requests
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.services.selling import assets
from bittitan_plugin.services.selling.assets import AssetChanges
from bittitan_plugin.web.portal.licenses import (
    License,
    changes_since,
    find_license,
    own_accounts,
    owned,
)
from bittitan_plugin.web.portal.wording import changed
from bittitan_plugin.web.site import run

#: How long an answer waits for BitTitan to take a coupon back: five seconds.
PATIENCE = Patience(pauses=100)


class Outcome(StrEnum):
    """What came of wanting a cancellation."""

    ASKED = "asked"
    #: It goes on by itself.
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"


class StalePage(Exception):
    """What was shown is no longer so; the sentences say what changed."""

    def __init__(self, changes: list[str]) -> None:
        super().__init__("The page was out of date.")
        self.changes = changes


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a form was shown with."""

    version: str
    #: Whether the cancellation was said to execute at once.
    automatic: bool
    at: datetime


def check_fresh(
    ports: Ports, installation_id: UUID, found: License, terms: CancellationTerms, shown: Shown
) -> None:
    """Raise ``StalePage`` unless the customer decided on what is still so."""
    sentences = []
    if str(found.asset.version) != shown.version:
        entries = changes_since(ports, installation_id, found.asset, shown.at)
        sentences = changed(entries) or ["Something about it was changed."]
    if terms.automatic != shown.automatic:
        sentences.append(
            "It is now cancelled at once." if terms.automatic else "Our staff decide now."
        )
    if sentences:
        raise StalePage(sentences)


async def cancel(
    ports: Ports, installation_id: UUID, viewer: Viewer, asset_id: UUID, comment: str
) -> Outcome:
    """Cancel at once where the distributor allows it, else ask. Raises ``Refusal``.

    A request that is pending already is what was wanted: a second click changes nothing.
    """
    try:
        asked = await run(
            lambda: cancellation_requests.create(
                ports, installation_id, asset_id, viewer.actor, comment
            )
        )
    except Refusal as refusal:
        if refusal.code is ErrorCode.UNIQUE:
            return Outcome.ASKED
        raise
    if asked.request is not None:
        return Outcome.ASKED
    return await _executed(lambda: find_license(ports, installation_id, viewer, asset_id).asset)


async def _executed(look: Callable[[], Asset]) -> Outcome:
    """Wait a while for the cancellation. Raises ``Refusal`` when BitTitan would not."""
    asset = await PATIENCE.until(
        # Staff take codes from stock back by hand: that takes longer than anybody waits.
        lambda asset: asset.status is not AssetStatus.CANCELLING,
        await run(look),
        lambda: run(look),
    )
    if asset.status is AssetStatus.ACTIVE:
        raise cancellation.refusal_after(asset)
    if asset.status is AssetStatus.CANCELLED:
        return Outcome.CANCELLED
    return Outcome.CANCELLING


def withdraw(
    ports: Ports, installation_id: UUID, viewer: Viewer, asset_id: UUID, request_id: UUID
) -> None:
    """Take the request back; done already, it stays done. Raises ``Refusal``."""
    with ports.store.reading(installation_id) as work:
        work.installations.by_id(installation_id).check_active()
        asset, _ = owned(work, viewer, asset_id)
        request = work.requests.get(request_id)
        if request.asset_id != asset.id:
            raise Refusal(ErrorCode.NOT_FOUND, "There is no such cancellation request.", field="id")
    if request.state is not RequestState.WITHDRAWN:
        cancellation_requests.withdraw(ports, installation_id, request_id, viewer.actor)


def rename(ports: Ports, installation_id: UUID, viewer: Viewer, asset_id: UUID, name: str) -> None:
    """Give it another friendly name; an empty one takes it away. Raises ``Refusal``."""
    with ports.store.reading(installation_id) as work:
        owned(work, viewer, asset_id)
    changes = AssetChanges(friendly_name=name)
    assets.update_asset(ports, installation_id, asset_id, viewer.actor, changes)


def invite(
    ports: Ports, installation_id: UUID, viewer: Viewer, account_id: UUID, address: str
) -> None:
    """Invite an end customer of the viewer's; links begin with ``address``.

    Raises ``Refusal`` NOT_FOUND for whoever is none of its end customers, and as
    ``invitations.invite``.
    """
    with ports.store.reading(installation_id) as work:
        own = own_accounts(work, viewer)
        account = work.accounts.by_ids([account_id]).get(account_id)
        if account is None or own.buyer is None or account.reseller_id != own.buyer.id:
            raise Refusal(ErrorCode.NOT_FOUND, "There is no such end customer.", field="id")
    invitations.invite(ports, installation_id, account_id, address, viewer.actor)


def send_again(
    ports: Ports, installation_id: UUID, viewer: Viewer, asset_id: UUID, occasion: str
) -> None:
    """Send the e-mail with the code again; of one occasion there is one message.

    Raises ``Refusal``, and what ``Mailer.send`` raises.
    """
    with ports.store.reading(installation_id) as work:
        owned(work, viewer, asset_id)
    notifications.resend_welcome(ports, installation_id, asset_id, viewer.actor, occasion)
