"""Who is told what by e-mail, and with which values. The wording is in ``mail/templates``."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.domain.assets import Asset, AssetStatus
from bittitan_plugin.domain.cancellation import deadline_of
from bittitan_plugin.domain.coupons import CouponStatus, Sealed
from bittitan_plugin.domain.errors import ErrorCode, Refusal, Rejected, Unavailable
from bittitan_plugin.domain.history import Actor, ActorKind, Change
from bittitan_plugin.domain.mail_limits import CODE_AGAIN
from bittitan_plugin.ports.mail import Notification
from bittitan_plugin.services.mail_limits import count_mail
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.store.repositories.sales import Sale
from bittitan_plugin.store.unit_of_work import UnitOfWork

#: What an asset's history says of the e-mail with its code that somebody had sent once more.
SENT_AGAIN = Change(field="welcomeEmailAgain", before=None, after="sent")
NOT_SENT = Change(field="welcomeEmailAgain", before="sent", after="not sent")
_SYSTEM = Actor(ActorKind.SYSTEM, "delivery")


def welcome(ports: Ports, work: UnitOfWork, sale: Sale, *, key: str | None = None) -> Notification:
    """The e-mail that carries the coupon code, to the order's recipient. Documented.

    Raises ``Refusal`` NOT_PROVISIONED while there is no coupon.
    """
    asset, configuration = sale.asset, sale.configuration
    if asset.coupon_code is None or asset.coupon_expires_at is None:
        raise Refusal(ErrorCode.NOT_PROVISIONED, "There is no coupon code to send yet.", field="id")
    values, zone = sale_values(work, asset, sale.account), configuration.zone
    return Notification(
        template="welcome",
        to=asset.recipient_email,
        sender=configuration.sender_email,
        key=key or f"welcome-{asset.id}",
        values={
            **values,
            **_coupon_values(ports, zone, asset.coupon_code, asset.coupon_expires_at),
            "validity_days": asset.validity_days,
            "deadline": deadline_of(asset),
        },
    )


def coupon_expiring(ports: Ports, installation_id: UUID, asset: Asset, days: int) -> Notification:
    """The reminder, ``days`` before the expiry or later, that the code has not been used yet.

    Raises ``Refusal`` NOT_PROVISIONED while there is no coupon.
    """
    if asset.coupon_code is None or asset.coupon_expires_at is None:
        raise Refusal(ErrorCode.NOT_PROVISIONED, "There is no coupon code to speak of.")
    with ports.store.reading(installation_id) as work:
        configuration = work.installations.by_id(installation_id).configuration
        values = sale_values(work, asset)
    return Notification(
        template="coupon_expiring",
        to=asset.recipient_email,
        sender=configuration.sender_email,
        key=f"coupon-expiring-{asset.id}-{days}",
        values={
            **values,
            **_coupon_values(ports, configuration.zone, asset.coupon_code, asset.coupon_expires_at),
            "validity_days": asset.validity_days,
        },
    )


def cancelled(ports: Ports, installation_id: UUID, asset: Asset) -> Notification:
    """The e-mail that says the licences are cancelled, and what was credited."""
    with ports.store.reading(installation_id) as work:
        configuration = work.installations.by_id(installation_id).configuration
        values = sale_values(work, asset)
    credit, refund = asset.credit_invoice, asset.refund
    return Notification(
        template="cancelled",
        to=asset.recipient_email,
        sender=configuration.sender_email,
        # A credit that came late makes it another message, not a repetition of the first.
        key=f"cancelled-{asset.id}" + ("" if credit or asset.total.is_zero else "-uncredited"),
        values={
            **values,
            "credit_invoice": credit.number if credit else None,
            "amount": asset.total if credit else None,
            "refund": refund.amount if refund and not refund.amount.is_zero else None,
            "by_hand": refund.by_hand if refund and not refund.by_hand.is_zero else None,
            # The platform took the sale back: what was paid is its own business.
            "settled_with_order": refund is None and credit is None and not asset.total.is_zero,
            "cancelled_at": (asset.cancelled_at or ports.clock()).astimezone(configuration.zone),
        },
    )


def alert_staff(ports: Ports, installation_id: UUID, asset_id: UUID) -> None:
    """Tell staff that provisioning failed; sent once per problem, and nowhere if not set up."""
    with ports.store.reading(installation_id) as work:
        configuration = work.installations.by_id(installation_id).configuration
        asset = work.assets.get(asset_id)
        values = sale_values(work, asset)
    error = asset.provisioning_error
    if not configuration.staff_email or error is None:
        return
    ports.mailer.send(
        Notification(
            template="provisioning_failed",
            to=configuration.staff_email,
            sender=configuration.sender_email,
            key=f"provisioning-failed-{asset.id}-{asset.version}",
            values={
                **values,
                "reason": error.message,
                "next_step": "Mend the cause, then choose Synchronize on the asset.",
                "review_url": review_url(ports, f"/assets/detail?pk={asset.id}"),
            },
        )
    )


def review_url(ports: Ports, path: str) -> str | None:
    """Where staff look at what an e-mail is about; None where there is no back office."""
    return f"{ports.back_office}{path}" if ports.back_office else None


def resend_welcome(
    ports: Ports, installation_id: UUID, asset_id: UUID, actor: Actor, occasion: str | None = None
) -> None:
    """Send the coupon once more, because someone asked for it: a new message, not a repetition.

    ``occasion`` names the wish where it may arrive twice, as a form's does: one occasion is one
    message. The asset's history says who asked. Raises ``Refusal`` when the plugin is off, or the
    coupon is missing, used or taken back, LIMIT_REACHED when others than staff did so too often;
    and what ``Mailer.send`` raises.
    """
    key = f"welcome-{asset_id}-{occasion or uuid4().hex}"
    with ports.store.writing(installation_id) as work:
        work.installations.by_id(installation_id).check_active()
        sale = work.sales.get(asset_id)
        _check_usable(sale.asset)
        notification = welcome(ports, work, sale, key=key)
        now = ports.clock()
        counted = count_mail(work, CODE_AGAIN, asset_id, actor, now)
        work.assets.note(asset_id, SENT_AGAIN, actor, now)
    try:
        ports.mailer.send(notification)
    except (Rejected, Unavailable):
        # Certainly not sent, so it can be tried again.
        with ports.store.writing(installation_id) as work:
            work.assets.note(asset_id, NOT_SENT, _SYSTEM, ports.clock())
            work.sent_mails.take_back(counted)
        raise


def _coupon_values(
    ports: Ports, zone: ZoneInfo, code: Sealed, expires_at: datetime
) -> dict[str, Any]:
    return {
        "coupon_code": ports.cipher.open(code),
        "coupon_expires_at": expires_at.astimezone(zone),
        # Rounded: issued a second ago for 365 days, it has 365 left, whoever's clock is ahead.
        "coupon_days_left": round((expires_at - ports.clock()) / timedelta(days=1)),
    }


def _check_usable(asset: Asset) -> None:
    if asset.status is AssetStatus.AWAITING_REVOCATION:
        raise Refusal(
            ErrorCode.CANCELLATION_PENDING, "The coupon code is being taken back.", field="id"
        )
    refusals = {
        CouponStatus.CANCELLED: (ErrorCode.ALREADY_CANCELLED, "The coupon has been cancelled."),
        CouponStatus.REDEEMED: (ErrorCode.COUPON_REDEEMED, "The coupon has been redeemed."),
        CouponStatus.EXPIRED: (ErrorCode.COUPON_EXPIRED, "The coupon has expired."),
    }
    if asset.coupon_status in refusals:
        code, message = refusals[asset.coupon_status]
        raise Refusal(code, message, field="id")


def sale_values(work: UnitOfWork, asset: Asset, account: Account | None = None) -> dict[str, Any]:
    """What every template takes: of whom, what and how much it speaks."""
    account = account or work.accounts.get(asset.account_id)
    end_customer = work.accounts.get(asset.end_customer_id) if asset.end_customer_id else None
    return {
        "customer_name": account.company or account.email,
        "product_name": asset.name,
        "friendly_name": asset.friendly_name,
        "quantity": asset.quantity,
        "end_customer": end_customer.company or end_customer.email if end_customer else None,
        "order_number": asset.order_number,
    }
