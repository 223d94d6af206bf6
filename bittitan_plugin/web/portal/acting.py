"""What a customer does to a licence, through the same use cases as GraphQL."""

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
from bittitan_plugin.services.ports import Tenant
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
    """The result of asking for a cancellation."""

    ASKED = "asked"
    #: It continues without the customer.
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"


class StalePage(Exception):
    """The page that was shown is out of date; the sentences name what changed."""

    def __init__(self, changes: list[str]) -> None:
        super().__init__("The page was out of date.")
        self.changes = changes


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The terms that a form was shown with."""

    version: str
    #: Whether the form announced that the cancellation executes at once.
    automatic: bool
    at: datetime


def check_fresh(tenant: Tenant, found: License, terms: CancellationTerms, shown: Shown) -> None:
    """Raise ``StalePage`` unless the terms that the customer saw still hold."""
    sentences = []
    if str(found.asset.version) != shown.version:
        entries = changes_since(tenant, found.asset, shown.at)
        sentences = changed(entries) or ["Something about it was changed."]
    if terms.automatic != shown.automatic:
        sentences.append(
            "It is now cancelled at once." if terms.automatic else "Our staff decide now."
        )
    if sentences:
        raise StalePage(sentences)


async def cancel(tenant: Tenant, viewer: Viewer, asset_id: UUID, comment: str) -> Outcome:
    """Cancel at once where the distributor allows it, otherwise request it. Raises ``Refusal``.

    If a request is already pending, a second click changes nothing.
    """
    try:
        asked = await run(
            lambda: cancellation_requests.create(tenant, asset_id, viewer.actor, comment)
        )
    except Refusal as refusal:
        if refusal.code is ErrorCode.UNIQUE:
            return Outcome.ASKED
        raise
    if asked.request is not None:
        return Outcome.ASKED
    return await _executed(lambda: find_license(tenant, viewer, asset_id).asset)


async def _executed(look: Callable[[], Asset]) -> Outcome:
    """Wait a while for the cancellation. Raises ``Refusal`` when BitTitan refused it."""
    asset = await PATIENCE.until(
        # Staff take codes from stock back by hand, which takes too long to wait for.
        lambda asset: asset.status is not AssetStatus.CANCELLING,
        await run(look),
        lambda: run(look),
    )
    if asset.status is AssetStatus.ACTIVE:
        raise cancellation.refusal_after(asset)
    if asset.status is AssetStatus.CANCELLED:
        return Outcome.CANCELLED
    return Outcome.CANCELLING


def withdraw(tenant: Tenant, viewer: Viewer, asset_id: UUID, request_id: UUID) -> None:
    """Take the request back; doing it again changes nothing. Raises ``Refusal``."""
    with tenant.reading() as work:
        work.installations.by_id(tenant.id).check_active()
        asset, _ = owned(work, viewer, asset_id)
        request = work.requests.get(request_id)
        if request.asset_id != asset.id:
            raise Refusal(ErrorCode.NOT_FOUND, "There is no such cancellation request.", field="id")
    if request.state is not RequestState.WITHDRAWN:
        cancellation_requests.withdraw(tenant, request_id, viewer.actor)


def rename(tenant: Tenant, viewer: Viewer, asset_id: UUID, name: str) -> None:
    """Give it another friendly name; an empty one takes it away. Raises ``Refusal``."""
    with tenant.reading() as work:
        owned(work, viewer, asset_id)
    changes = AssetChanges(friendly_name=name)
    assets.update_asset(tenant, asset_id, viewer.actor, changes)


def invite(tenant: Tenant, viewer: Viewer, account_id: UUID, address: str) -> None:
    """Invite an end customer of the viewer's; links begin with ``address``.

    Raises ``Refusal`` NOT_FOUND for an account that is not its end customer, and what
    ``invitations.invite`` raises.
    """
    with tenant.reading() as work:
        own = own_accounts(work, viewer)
        account = work.accounts.by_ids([account_id]).get(account_id)
        if account is None or own.buyer is None or account.reseller_id != own.buyer.id:
            raise Refusal(ErrorCode.NOT_FOUND, "There is no such end customer.", field="id")
    invitations.invite(tenant, account_id, address, viewer.actor)


def send_again(tenant: Tenant, viewer: Viewer, asset_id: UUID, occasion: str) -> None:
    """Send the e-mail with the code again, once for each ``once``.

    Raises ``Refusal``, and what ``Mailer.send`` raises.
    """
    with tenant.reading() as work:
        owned(work, viewer, asset_id)
    notifications.resend_welcome(tenant, asset_id, viewer.actor, occasion)
