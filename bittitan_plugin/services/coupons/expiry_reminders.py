"""Does what is due by time: requests to close, people to remind, coupons to follow.

Nothing sleeps until its day comes. What is due is found in the tables by the clock and enqueued
under its own id, so a restart, an upgrade or a clock that jumped loses and repeats nothing.
"""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.coupons import CouponSource
from bittitan_plugin.domain.due import Due
from bittitan_plugin.domain.emails import CouponExpiring
from bittitan_plugin.domain.errors import Unavailable
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.reminders import REMINDER_DAYS, due_reminder
from bittitan_plugin.services.coupon_account import in_doubt
from bittitan_plugin.services.coupons.coupon_status import look_at
from bittitan_plugin.services.installations import get_installation
from bittitan_plugin.services.notifications import coupon_of, read_sale, send
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.services.request_decisions import News, announce, decide
from bittitan_plugin.services.rounds import look_after
from bittitan_plugin.services.workflow_ids import Workflow, follow_id, remind_id

#: How often an installation's coupons are followed.
FOLLOW_EVERY = timedelta(minutes=5)
#: Rows that are read or decided on at a time.
BATCH = 100

_SYSTEM = Actor(ActorKind.SYSTEM, "coupon reminder")


def watch_requests(tenant: Tenant) -> int:
    """Close the requests at their deadline, and have staff reminded of those near it.

    A request is completed even while the plugin is switched off. Returns how many there
    were.
    """
    with tenant.reading() as work:
        due = work.requests.due(tenant.ports.clock())
    watch = partial(_watch_request, tenant)
    look_after(tenant, "requests to cancel", due, "the request to cancel", watch)
    return len(due)


def watch_coupons(tenant: Tenant) -> None:
    """Have BitTitan asked what became of the coupons; once in each ``FOLLOW_EVERY``."""
    slot = int(tenant.ports.clock().timestamp() // FOLLOW_EVERY.total_seconds())
    with tenant.writing() as work:
        if work.installations.by_id(tenant.id).active:
            work.enqueue(Workflow.FOLLOW, follow_id(tenant.id, slot))


def watch_expiries(tenant: Tenant) -> int:
    """Have buyers with an unused code near its expiry reminded. Returns how many.

    Codes wait while nobody can be asked whether they are unused.
    """
    installation = get_installation(tenant)
    if not installation.active:
        return 0
    account = installation.configuration.coupon_account
    doubted = account is not None and in_doubt(tenant, account)
    handed_in = 0
    for days in REMINDER_DAYS:
        after: UUID | None = None
        while True:
            now = tenant.ports.clock()
            until = now + timedelta(days=days)
            with tenant.writing() as work:
                assets = work.coupons.expiring(until, now, days=days, after=after, limit=BATCH)
                # If both reminders are due, only the one nearer to the expiry is sent.
                due = [
                    asset
                    for asset in assets
                    if due_reminder(asset, now) == days
                    and not _is_unclear(asset, account, doubted=doubted)
                ]
                for asset in due:
                    work.enqueue(
                        Workflow.REMIND, remind_id(asset.id, days), str(asset.id), str(days)
                    )
            handed_in += len(due)
            # Rows that cannot be read are missing in a page.
            if not assets:
                break
            after = assets[-1].id
    return handed_in


def _is_unclear(asset: Asset, account: str | None, *, doubted: bool) -> bool:
    """Whether for now nobody can be asked if the code is unused."""
    from_api = account is not None and asset.coupon_source is CouponSource.API
    return from_api and (doubted or asset.coupon_account != account)


def remind(tenant: Tenant, asset_id: UUID, days: int) -> bool:
    """Remind the buyer, if BitTitan reports the code as unused. True when it was sent.

    Raises what the vendor and the mailer raise, to be called again; ``Unavailable`` also where
    BitTitan does not list the code and the reason is in doubt.
    """
    asset, certain = look_at(tenant, asset_id)
    if due_reminder(asset, tenant.ports.clock()) != days:
        return False
    if not certain:
        raise Unavailable("BitTitan does not list the coupon, and it is in doubt what that means")
    sale, summary = read_sale(tenant, asset_id)
    email = CouponExpiring(sale=summary, coupon=coupon_of(tenant.ports, sale))
    send(tenant.ports, sale, email, key=f"coupon-expiring-{asset_id}-{days}")
    with tenant.writing() as work:
        work.assets.change(
            asset_id, lambda a: replace(a, expiry_reminder_days=days), _SYSTEM, tenant.ports.clock()
        )
    return True


def _watch_request(tenant: Tenant, due: Due) -> None:
    request_id = due.id
    with tenant.writing() as work:
        work.assets.get(due.asset_id, for_update=True)
        request, now = work.requests.get(request_id), tenant.ports.clock()
        if request.is_pending and now >= request.deadline:
            decide(work, request_id, lambda r: r.expired(now), News.EXPIRED)
        elif request.reminder_due(now):
            announce(
                work, work.requests.change(request_id, lambda r: r.reminded(now)), News.REMINDER
            )
