"""Sends what ``domain/emails.py`` declares about a sale. The wording is in ``mail/templates``."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

from bittitan_plugin.domain.addresses import normalized
from bittitan_plugin.domain.assets import Asset, AssetStatus
from bittitan_plugin.domain.cancellation import deadline_of
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.domain.emails import (
    CouponSummary,
    Email,
    ProvisioningFailed,
    SaleEmail,
    SaleSummary,
    Welcome,
)
from bittitan_plugin.domain.errors import ErrorCode, Refusal, Rejected, Unavailable
from bittitan_plugin.domain.history import Actor, ActorKind, Change
from bittitan_plugin.domain.mail_limits import CODE_AGAIN
from bittitan_plugin.ports.mail import Notification
from bittitan_plugin.services.mail_limits import count_mail
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.store.repositories.sales import Sale
from bittitan_plugin.store.unit_of_work import UnitOfWork

#: The history's entry when somebody sends the e-mail with the code again.
SENT_AGAIN = Change(field="welcomeEmailAgain", before=None, after="sent")
NOT_SENT = Change(field="welcomeEmailAgain", before="sent", after="not sent")
_SYSTEM = Actor(ActorKind.SYSTEM, "delivery")


def send(ports: Ports, sale: Sale, email: Email, *, key: str, to: str | None = None) -> None:
    """Send it to ``to``, by default the order's recipient. Raises what the mailer raises.

    ``key`` is the same however often the same message is sent.
    """
    ports.mailer.send(_notification(sale, email, key=key, to=to))


def send_to_staff(ports: Ports, sale: Sale, email: SaleEmail, *, key: str) -> None:
    """Send it to staff; does nothing if they have no address."""
    if sale.configuration.staff_email:
        # The licence's page opens for customers alone; staff have the back office.
        for_staff = replace(email, sale=replace(email.sale, license_url=None))
        send(ports, sale, for_staff, key=key, to=sale.configuration.staff_email)


def read_sale(tenant: Tenant, asset_id: UUID) -> tuple[Sale, SaleSummary]:
    """The sale, and its values in every e-mail. Raises ``Refusal`` NOT_FOUND."""
    with tenant.reading() as work:
        sale = work.sales.get(asset_id)
        return sale, summary_of(tenant.ports, work, sale)


def summary_of(ports: Ports, work: UnitOfWork, sale: Sale) -> SaleSummary:
    """The values of a sale in every e-mail."""
    asset, account = sale.asset, sale.account
    end_customer = work.accounts.get(asset.end_customer_id) if asset.end_customer_id else None
    own = normalized(asset.recipient_email) == normalized(account.email)
    return SaleSummary(
        customer_name=account.company or account.email,
        product_name=asset.name,
        friendly_name=asset.friendly_name,
        quantity=asset.quantity,
        end_customer=end_customer.company or end_customer.email if end_customer else None,
        order_number=asset.order_number,
        # An order can name another recipient, who need not know what was paid.
        price=asset.total if own else None,
        invoice_number=asset.invoice.number if own and asset.invoice else None,
        invoice_url=asset.invoice.link if own and asset.invoice else None,
        license_url=_license_page(ports, work.installation_id, asset.id) if own else None,
    )


def _license_page(ports: Ports, installation_id: UUID, asset_id: UUID) -> str | None:
    try:
        return ports.platforms.of(installation_id).license_page(asset_id)
    except Unavailable:
        # An e-mail without the link is better than one that waits for the platform.
        return None


def coupon_of(ports: Ports, sale: Sale) -> CouponSummary:
    """The coupon in words. Raises ``Refusal`` NOT_PROVISIONED while there is none."""
    asset = sale.asset
    if asset.coupon_code is None or asset.coupon_expires_at is None:
        raise Refusal(ErrorCode.NOT_PROVISIONED, "There is no coupon code to send yet.", field="id")
    expires_at = asset.coupon_expires_at
    return CouponSummary(
        coupon_code=ports.cipher.open(asset.coupon_code),
        coupon_expires_at=expires_at.astimezone(sale.configuration.zone),
        # Rounded: issued a second ago for 365 days, it has 365 left, even if a clock is ahead.
        coupon_days_left=round((expires_at - ports.clock()) / timedelta(days=1)),
        validity_days=asset.validity_days,
    )


def welcome(ports: Ports, work: UnitOfWork, sale: Sale, *, key: str | None = None) -> Notification:
    """The e-mail with the coupon code, to the order's recipient. Documented.

    Raises ``Refusal`` NOT_PROVISIONED while there is no coupon.
    """
    email = Welcome(
        sale=summary_of(ports, work, sale),
        coupon=coupon_of(ports, sale),
        deadline=deadline_of(sale.asset),
    )
    return _notification(sale, email, key=key or f"welcome-{sale.asset.id}")


def alert_staff(tenant: Tenant, asset_id: UUID) -> None:
    """Notify staff that provisioning failed, once per problem; not if they have no address."""
    sale, summary = read_sale(tenant, asset_id)
    asset, error = sale.asset, sale.asset.provisioning_error
    if error is None:
        return
    email = ProvisioningFailed(
        sale=summary,
        reason=error.message,
        next_step="Mend the cause, then choose Synchronize on the asset.",
        review_url=review_url(tenant.ports, f"/assets/detail?pk={asset.id}"),
    )
    send_to_staff(tenant.ports, sale, email, key=f"provisioning-failed-{asset.id}-{asset.version}")


def review_url(ports: Ports, path: str) -> str | None:
    """The address of the back office's page for an e-mail; None without a back office."""
    return f"{ports.back_office}{path}" if ports.back_office else None


def resend_welcome(
    tenant: Tenant, asset_id: UUID, actor: Actor, occasion: str | None = None
) -> None:
    """Send the coupon once more, because someone asked for it: a new message, not a repetition.

    ``occasion`` identifies a request that may arrive twice, such as a form: each occasion sends one
    message. The asset's history names who asked. Raises ``Refusal`` when the plugin is off, or the
    coupon is missing, used or taken back, LIMIT_REACHED when somebody who is not staff asked too
    often; and what ``Mailer.send`` raises.
    """
    key = f"welcome-{asset_id}-{occasion or uuid4().hex}"
    with tenant.writing() as work:
        work.installations.by_id(tenant.id).check_active()
        sale = work.sales.get(asset_id)
        _check_usable(sale.asset)
        notification = welcome(tenant.ports, work, sale, key=key)
        now = tenant.ports.clock()
        counted = count_mail(work, CODE_AGAIN, asset_id, actor, now)
        work.assets.note(asset_id, SENT_AGAIN, actor, now)
    try:
        tenant.ports.mailer.send(notification)
    except (Rejected, Unavailable):
        # It was certainly not sent, so it can be tried again.
        with tenant.writing() as work:
            work.assets.note(asset_id, NOT_SENT, _SYSTEM, tenant.ports.clock())
            work.sent_mails.take_back(counted)
        raise


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


def _notification(sale: Sale, email: Email, *, key: str, to: str | None = None) -> Notification:
    return Notification(
        email=email,
        to=to or sale.asset.recipient_email,
        sender=sale.configuration.sender_email,
        branding=sale.configuration.branding,
        key=key,
    )
