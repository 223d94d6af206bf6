"""What the plugin keeps for one installation: one of everything, under ids two could share.

The subject is an end customer and what a reseller bought for it. Another end customer of the same
reseller and another reseller have bought too; what is theirs are the bystanders.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from bittitan_graphql.global_ids import ACCOUNT, ASSET, global_id
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.accounts import Account, AccountStatus
from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningError, ProvisioningStatus
from bittitan_plugin.domain.billing import InvoiceReference, Refund, RefundStatus
from bittitan_plugin.domain.catalogue import Product, ProductType
from bittitan_plugin.domain.coupons import CouponSource, CouponStatus
from bittitan_plugin.domain.errors import ErrorCode
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.problems import ProblemAction, ProblemKind
from bittitan_plugin.domain.reconciliation import Difference, DifferenceKind, Report
from bittitan_plugin.domain.requests import CancellationRequest
from bittitan_plugin.domain.retries import Retry
from bittitan_plugin.domain.revocations import Revocation, RevocationCause
from bittitan_plugin.domain.runs import Run, RunKind
from bittitan_plugin.domain.stock import StockCode, StockImport, StockState
from bittitan_plugin.services.ports import Ports, Tenant
from tests.fakes.values import product, retry, sold_asset, stock_code

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
CLERK = Actor(ActorKind.STAFF, "clerk@example.com")
#: Customers by the part they play.
RESELLER, END_CUSTOMER, SIBLING, RIVAL = "reseller", "end customer", "sibling", "rival"
CUSTOMERS = (RESELLER, END_CUSTOMER, SIBLING, RIVAL)
#: Those that sign in under an address which they have to prove first.
INVITED = (END_CUSTOMER, SIBLING)


def _of(permission: Permission) -> str:
    return permission.removeprefix("MANAGE_").lower()


#: The parts of staff: what each may do.
CLERKS: Mapping[str, frozenset[Permission]] = {
    "no permission": frozenset(),
    **{f"only {_of(each)}": frozenset({each}) for each in Permission},
    **{f"all but {_of(each)}": frozenset(Permission) - {each} for each in Permission},
    "every permission": frozenset(Permission),
}


@dataclass(frozen=True, kw_only=True)
class PlatformIds:
    """What the platform calls its own things; another platform may call its own the same."""

    customers: Mapping[str, str]
    order: str
    line: str
    variant: str


@dataclass(frozen=True, kw_only=True)
class Belongings:
    """What one installation has; ``tag`` is part of every text of its own, codes included."""

    tag: str
    platform: PlatformIds
    accounts: Mapping[str, Account]
    product: Product
    unpublished: Product
    #: The subject's: ``sold``, ``asked`` (a request is pending), ``failed``, ``cancelled``,
    #: ``stocked`` and ``revoking`` (from stock). The bystanders': ``sibling`` and ``rival``.
    assets: Mapping[str, Asset]
    request: CancellationRequest
    revocation: Revocation
    #: One that can be sold.
    code: StockCode
    run: Run
    problem_id: UUID
    #: What is tried again about the asset that failed.
    retry: Retry

    @property
    def bystanders(self) -> frozenset[str]:
        """Global ids of what belongs to other customers than the subject and its reseller."""
        return frozenset(
            [global_id(ASSET, self.assets[each].id) for each in (SIBLING, RIVAL)]
            + [global_id(ACCOUNT, self.accounts[each].id) for each in (SIBLING, RIVAL)]
            + [self.platform.customers[each] for each in (SIBLING, RIVAL)]
        )


def settle_in(tenant: Tenant, ids: PlatformIds, tag: str) -> Belongings:
    """Give the installation one of everything."""
    accounts = _accounts(ids, tag)
    licences = product(variant_id=ids.variant, name=f"{tag} Mailbox License")
    hidden = product(
        variant_id=None, sku="UMB", published=False, name=f"{tag} Bundle",
        product_type=ProductType.USER_MIGRATION_BUNDLE,
    )  # fmt: skip
    assets = _assets(tenant.ports, ids, accounts, licences, tag)
    request = CancellationRequest(
        id=uuid4(),
        asset_id=assets["asked"].id,
        requested_by=f"{tag}-asker@example.com",
        comment=f"{tag}: too many",
        created_at=NOW,
        deadline=NOW + timedelta(days=15),
    )
    revocation = Revocation(
        id=uuid4(),
        asset_id=assets["revoking"].id,
        cause=RevocationCause.CANCELLATION,
        asked_by=CLERK.name,
        comment=f"{tag}: not needed",
        created_at=NOW,
        deadline=NOW + timedelta(days=15),
    )
    with tenant.writing() as work:
        for account in accounts.values():
            work.accounts.add(account)
        work.products.add_all([licences, hidden])
        for asset in assets.values():
            work.assets.add(asset, CLERK, NOW)
        work.assets.change(
            assets["sold"].id, lambda a: replace(a, friendly_name=f"{tag} renamed"), CLERK, NOW
        )
        work.requests.add(request)
        refused = replace(request, id=uuid4(), asset_id=assets["stocked"].id)
        work.requests.add(refused.refused(NOW, CLERK.name, f"{tag}: it is in use"))
        work.revocations.add(revocation)
        work.problems.report(
            ProblemKind.PROVISIONING_FAILED, f"asset:{assets['failed'].id}",
            message=f"{tag}: no coupon.", next_step="Synchronize it.", at=NOW,
            asset_id=assets["failed"].id, order_id=ids.order,
            action=ProblemAction.SYNCHRONIZE_ASSET,
        )  # fmt: skip
        (problem,) = work.problems.open()
        run = work.runs.add(_reconciled(assets["sold"], tag))
        again = retry(
            id=f"{tag}-work", asset_id=assets["failed"].id, reason=f"{tag}: BitTitan is away.",
            since=NOW, next_attempt_at=NOW + timedelta(days=1),
        )  # fmt: skip
        work.retries.put(again)
    free = _fill_the_shelf(tenant, assets, tag)
    return Belongings(
        tag=tag, platform=ids, accounts=accounts, product=licences, unpublished=hidden,
        assets=assets, request=request, revocation=revocation, code=free, run=run,
        problem_id=problem.id, retry=again,
    )  # fmt: skip


def code_of(tag: str, name: str) -> str:
    """The coupon code that an asset of that name holds, or one from stock."""
    return f"{tag}-CODE-{name}".upper()


def address_of(tag: str, part: str) -> str:
    """The address under which the installation knows a customer by its part."""
    return f"{tag}-{part.replace(' ', '-')}@example.com"


def _accounts(ids: PlatformIds, tag: str) -> dict[str, Account]:
    def made(part: str, reseller: Account | None = None) -> Account:
        return Account(
            id=uuid4(),
            # Of an end customer a reseller only says the address.
            customer_id=None if reseller else ids.customers[part],
            email=address_of(tag, part),
            company=f"{tag} {part}",
            reseller_id=reseller.id if reseller else None,
            status=AccountStatus.SYNCHRONIZED,
            partner_id=f"{tag}-{part}",
            sync_error=f"{tag}: BitTitan was away.",
            created_at=NOW,
        )

    reseller = made(RESELLER)
    ends = {part: made(part, reseller) for part in (END_CUSTOMER, SIBLING)}
    return {RESELLER: reseller, **ends, RIVAL: made(RIVAL)}


def _assets(
    ports: Ports, ids: PlatformIds, accounts: Mapping[str, Account], licences: Product, tag: str
) -> dict[str, Asset]:
    def sold(name: str, end: str | None = END_CUSTOMER, **values: Any) -> Asset:
        buyer = accounts[RIVAL if end is None else RESELLER]
        basis = sold_asset(
            account_id=buyer.id,
            end_customer_id=accounts[end].id if end else None,
            product_id=licences.id,
            name=f"{tag} licences",
            friendly_name=f"{tag} {name}",
            order_id=ids.order if end == END_CUSTOMER else f"order of {name}",
            order_line_id=ids.line if name == "sold" else f"line of {name}",
            recipient_email=f"{tag}-it@example.com",
            purchase_date=NOW,
            coupon_id=f"{tag}-{name}",
            coupon_code=ports.cipher.seal(code_of(tag, name)),
        )
        return replace(basis, **values)

    invoice = InvoiceReference(id="invoice-1", number=f"{tag}-1", url="https://shop.example/i/1")
    refund = Refund(
        status=RefundStatus.FAILED,
        amount=Money.of("300.00", "USD"),
        by_hand=Money.of("50.00", "USD"),
        reason=f"{tag}: the card is blocked.",
    )
    said = ProvisioningError(code=ErrorCode.VENDOR_REJECTED, message=f"{tag}: BitTitan says no.")
    nothing: dict[str, Any] = {
        "coupon_id": None,
        "coupon_code": None,
        "coupon_status": CouponStatus.UNKNOWN,
    }
    return {
        "sold": sold("sold", invoice=invoice),
        "asked": sold("asked"),
        "failed": sold(
            "failed", **nothing,
            provisioning_status=ProvisioningStatus.FAILED, provisioning_error=said,
        ),
        "cancelled": sold(
            "cancelled", status=AssetStatus.CANCELLED, cancelled_at=NOW, credit_invoice=invoice,
            coupon_status=CouponStatus.CANCELLED, tax=Money.of("55.88", "USD"), refund=refund,
        ),
        "revoking": sold(
            "revoking", status=AssetStatus.AWAITING_REVOCATION, coupon_source=CouponSource.STOCK,
            coupon_id="stock",
        ),
        "stocked": sold("stocked", coupon_source=CouponSource.STOCK, coupon_id="stock"),
        SIBLING: sold(SIBLING, SIBLING),
        RIVAL: sold(RIVAL, None),
    }  # fmt: skip


def _reconciled(asset: Asset, tag: str) -> Run:
    report = Report(left_out=[f"{tag}: coupons from stock"])
    report.note(
        Difference(
            kind=DifferenceKind.ASSET_STUCK,
            message=f"{tag}: no coupon.",
            asset_id=asset.id,
            order_id=asset.order_id,
        )
    )
    run = Run(
        id=uuid4(), kind=RunKind.RECONCILIATION, total=7,
        started_by=f"{tag}-clerk@example.com", started_at=NOW, updated_at=NOW,
    )  # fmt: skip
    return replace(run.failed(NOW, f"{tag}: BitTitan was away."), report=report.as_values())


def _fill_the_shelf(tenant: Tenant, assets: Mapping[str, Asset], tag: str) -> StockCode:
    made = StockImport(
        id=uuid4(), source=f"{tag}.csv", imported_by=CLERK.name, imported_at=NOW,
        added=3, known=0, bad=0,
    )  # fmt: skip

    def code(name: str, **values: Any) -> StockCode:
        return stock_code(
            import_id=made.id,
            code=tenant.ports.cipher.seal(code_of(tag, name)),
            sku="MW-MAILBOX",
            validity_days=365,
            note=f"{tag} note",
            **values,
        )

    def taken(name: str, state: StockState, **values: Any) -> StockCode:
        return code(name, state=state, asset_id=assets[name].id, allocated_at=NOW, **values)

    free = code("free")
    with tenant.writing() as work:
        work.stock_imports.add(made)
        work.stock.add(
            [
                free,
                code(
                    "wrong",
                    state=StockState.WITHDRAWN,
                    settled_at=NOW,
                    withdrawn_by=CLERK.name,
                    withdrawn_reason=f"{tag}: wrong",
                ),
                code("late", state=StockState.EXPIRED, settled_at=NOW),
                taken("revoking", StockState.AWAITING_REVOCATION),
                taken("stocked", StockState.ALLOCATED),
            ]
        )
    return free
