"""Judges whether the vendor's account in the settings is the one that sold the coupons.

The settings name the account; its lists and the buyers it knows show whether it is still the same.
Until that is certain, no use case takes a coupon's absence for its redemption.
"""

from datetime import datetime

from bittitan_plugin.domain.absence import AccountChange, Look, is_doubted, needs_voucher
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.domain.problems import ProblemAction, ProblemKind
from bittitan_plugin.ports.vendor import CouponVendor
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.store.unit_of_work import UnitOfWork

#: The key of the problem that coupons have vanished, or belong to another account.
_VANISHED = "coupons vanished"


def in_doubt(tenant: Tenant, account: str) -> bool:
    """Whether the account is in doubt: by the last reading of its whole list, or because the
    settings changed to it and its list was not read since.

    The doubt lasts until a reading has found otherwise, whatever becomes of the problem about it.
    """
    with tenant.reading() as work:
        cursor = work.coupons.cursor()
        if cursor is None or cursor.account != account:
            return bool(work.coupons.account_changes(1))
    return cursor.doubted


def judge(tenant: Tenant, vendor: CouponVendor, look: Look, account: str) -> bool:
    """Whether a reading of the whole list leaves the account in doubt; staff are notified."""
    vouched = needs_voucher(look) and _knows_buyer(tenant, vendor, look.vanished[0])
    doubted = is_doubted(look, vouched=vouched)
    with tenant.writing() as work:
        elsewhere = work.coupons.count_elsewhere(account)
        if not doubted and not elsewhere:
            work.problems.resolve(_VANISHED, tenant.ports.clock())
            return False
        message, next_step = (
            _vanished(len(look.vanished)) if doubted else _of_another_account(elsewhere)
        )
        work.problems.report(
            ProblemKind.COUPONS_VANISHED,
            _VANISHED,
            message=message,
            next_step=next_step,
            at=tenant.ports.clock(),
            action=ProblemAction.OPEN_SETTINGS,
        )
    return doubted


def check_change(
    work: UnitOfWork, before: Configuration, after: Configuration, same_account: bool | None
) -> None:
    """Check whether settings may lead to this account; only people know if it is the same.

    Raises ``Refusal`` CONFIRMATION_REQUIRED where unused coupons are known under another one.
    """
    account = after.coupon_account
    if same_account is not None or account in {None, before.coupon_account}:
        return
    unused = work.coupons.count_elsewhere(account or "")
    if unused:
        moved = after.api_url != before.api_url or not before.knows_api
        raise Refusal(
            ErrorCode.CONFIRMATION_REQUIRED,
            f"{_spoken(unused)} known under another BitTitan account than the one these settings "
            "name. Say with them whether it is the same account, under another address or e-mail "
            "(same account: yes), or another one (no): then they are left as they are, neither "
            "followed nor reminded of, and cannot be cancelled until the settings are put back.",
            field="api_url" if moved else "api_email",
        )


def change(
    work: UnitOfWork,
    before: Configuration,
    after: Configuration,
    same_account: bool | None,
    changed_by: str,
    at: datetime,
) -> None:
    """Record that the settings lead to this account now; raises what ``check_change`` raises.

    Where staff confirm that it is the same account, its coupons belong to it from here on; they may
    confirm it later too.
    """
    check_change(work, before, after, same_account)
    was, account = before.coupon_account, after.coupon_account
    if account is None or (account == was and same_account is None):
        return
    unused = work.coupons.count_elsewhere(account)
    if same_account:
        unused = work.coupons.all_of_account(account, before=None if was == account else was)
    if was not in {None, account} and not same_account:
        # BitTitan's other account knows none of them, or another buyer by the same id.
        work.accounts.unsynchronize_all()
    if was is not None or unused:
        work.coupons.note_account_change(
            AccountChange(at=at, changed_by=changed_by, same_account=same_account, unused=unused)
        )


def of_another_account(ports: Ports, installation: Installation) -> int:
    """How many unused coupons are known under another account than the settings name."""
    account = installation.configuration.coupon_account
    if account is None:
        return 0
    with ports.store.reading(installation.id) as work:
        return work.coupons.count_elsewhere(account)


def _knows_buyer(tenant: Tenant, vendor: CouponVendor, asset: Asset) -> bool:
    with tenant.reading() as work:
        buyer = work.accounts.get(asset.account_id)
    partner = vendor.partner(buyer.email)
    return partner is not None and partner.id == buyer.partner_id


def _vanished(number: int) -> tuple[str, str]:
    return (
        f"BitTitan lists none of this shop's coupons any more; {number} of them were unused. "
        "Their assets are left as they are.",
        "See whether the settings name the BitTitan account that sold them. If they do, the "
        "coupons were redeemed: reconcile and apply, which records it.",
    )


def _of_another_account(number: int) -> tuple[str, str]:
    return (
        f"{_spoken(number)} known under another BitTitan account than the one the settings name. "
        "What becomes of them is not heard of, and their buyers are not reminded.",
        "Put the settings back to that account; or, if it is the same account under another "
        "address or e-mail, say so when you save the settings.",
    )


def _spoken(number: int) -> str:
    return "1 unused coupon is" if number == 1 else f"{number} unused coupons are"
