"""What another installation holds, and how to see that none of it was touched."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bittitan_plugin.domain.absence import AccountChange
from bittitan_plugin.domain.accounts import Account, AccountStatus
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.audit_entries import Subject, SubjectKind
from bittitan_plugin.domain.billing import Refund, RefundStatus
from bittitan_plugin.domain.branding import Logo
from bittitan_plugin.domain.catalogue import Product
from bittitan_plugin.domain.coupons import CouponSource, Sealed
from bittitan_plugin.domain.errors import ErrorCode
from bittitan_plugin.domain.held_lines import HeldBecause, HeldLine
from bittitan_plugin.domain.history import Change
from bittitan_plugin.domain.invitations import Invitation
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.problems import Problem, ProblemKind
from bittitan_plugin.domain.requests import CancellationRequest
from bittitan_plugin.domain.revocations import Revocation, RevocationCause
from bittitan_plugin.domain.runs import Run, RunKind
from bittitan_plugin.domain.stock import ImportPhase, StockCode, StockImport, StockState
from bittitan_plugin.platforms.saleor.tables import (
    SaleorAppRow,
    SaleorCursorRow,
    SaleorProblemRow,
    SaleorTurnRow,
)
from bittitan_plugin.store.repositories.claims import Claim
from bittitan_plugin.store.repositories.coupons import Cursor
from bittitan_plugin.store.repositories.uploads import Upload
from bittitan_plugin.store.tables import Base, PriceRow, ProductRow
from bittitan_plugin.store.unit_of_work import Store, UnitOfWork
from tests.fakes.values import (
    NOON,
    account,
    coupon,
    new_asset,
    product,
    retry,
    sold_asset,
    stock_code,
)
from tests.integration.store.conftest import STAFF

ONE = Money.of(1, "USD")
SOON = NOON + timedelta(days=20)
HELD = HeldLine(
    order_id="order-1",
    order_number="1",
    order_line_id="line-clashing",
    because=HeldBecause.BEFORE_US,
    held_at=NOON,
)
SUBJECT = Subject(kind=SubjectKind.PRODUCT, id="product-clashing", name="A product")
REPRICED = Change(field="price", before=None, after="1 USD")
RETRIED = retry(id="provision:clashing", next_attempt_at=SOON)
END_EMAIL, LINE, PROBLEM = "it@fabrikam.example", "line-clashing", "problem-clashing"
CLAIMED = "code:clashing"
MAILED = "code-again:clashing"


CHANGE = AccountChange(at=NOON, changed_by="staff", same_account=False, unused=3)
CURSOR = Cursor(account="account", read_at=NOON, swept_at=NOON, trusted_until=NOON, doubted=False)


@dataclass(frozen=True)
class Belongings:
    """One of everything, under ids of the platform that every shop could have."""

    account: Account
    end: Account
    product: Product
    asset: Asset
    invitation: Invitation
    waiting: Asset
    request: CancellationRequest
    run: Run
    problem: Problem
    out_of_stock: Asset
    from_stock: Asset
    code: StockCode
    revocation: Revocation
    unfinished: Mapping[ImportPhase, StockImport]
    #: What a mail that was sent is counted by.
    mail_id: UUID


def settle_in(store: Store, installation: UUID) -> Belongings:
    """Give the installation one of everything."""
    buyer = account(
        customer_id="customer-1", status=AccountStatus.SYNCHRONIZED, partner_id="partner-1"
    )
    end = account(customer_id=None, email=END_EMAIL, reseller_id=buyer.id)
    sold, spare = product(variant_id="variant-1"), product(variant_id=None, sku="SPARE")
    asset = sold_asset(
        account_id=buyer.id,
        end_customer_id=end.id,
        product_id=sold.id,
        order_line_id=LINE,
        coupon_expires_at=SOON,
        coupon_account="account",
        coupon_listed_since=NOON,
        refund=Refund(status=RefundStatus.ASKED, amount=ONE, by_hand=ONE),
    )
    waiting = new_asset(account_id=buyer.id, product_id=sold.id, order_line_id="waiting").delayed(
        ErrorCode.ACCOUNT_NOT_SYNCHRONIZED, "unknown account"
    )
    request = CancellationRequest(
        id=uuid4(),
        asset_id=asset.id,
        requested_by="buyer@example.com",
        comment="",
        created_at=NOON,
        deadline=NOON,
    )
    connect_a_saleor(store, installation)
    with store.writing(installation) as work:
        work.accounts.add(buyer)
        work.accounts.add(end)
        invitation = _invited(work, end)
        work.products.add_all([sold, spare])
        work.assets.add(asset, STAFF, NOON)
        work.assets.add(waiting, STAFF, NOON)
        work.requests.add(request)
        work.held_coupons.keep(waiting.id, coupon(waiting), Sealed("sealed"), "is another", NOON)
        work.coupons.move_cursor(CURSOR)
        work.coupons.note_account_change(CHANGE)
        _line_waits(work, asset)
        work.problems.report(
            ProblemKind.ORDER_REFUSED, PROBLEM, message="m", next_step="n", at=NOON,
            asset_id=asset.id, order_id="order-1",
        )  # fmt: skip
        run, mail_id = _run(work), work.sent_mails.add(MAILED, NOON)
        (problem,) = work.problems.open()
    shelf = _fill_the_shelf(store, installation, buyer, sold)
    return Belongings(
        buyer, end, sold, asset, invitation, waiting, request, run, problem, *shelf,
        _unfinished_imports(store, installation), mail_id,
    )  # fmt: skip


def _line_waits(work: UnitOfWork, asset: Asset) -> None:
    """One order line waits in every way that a line can."""
    work.deferred_lines.put_off(LINE, 1)
    work.held_lines.hold(HELD)
    work.retries.put(replace(RETRIED, asset_id=asset.id))
    work.audit.record(STAFF, NOON, SUBJECT, [REPRICED])
    work.logos.replace(Logo(content_type="image/png", width=1, height=1, content=b"PNG"))


def _run(work: UnitOfWork) -> Run:
    """A run, and a file that it has still to read."""
    run = work.runs.add(
        Run(
            id=uuid4(),
            kind=RunKind.RECONCILIATION,
            started_by="staff@example.com",
            started_at=NOON,
            updated_at=NOON,
        )
    )
    work.uploads.add(Upload(id=run.id, name="codes.csv", content=Sealed("sealed")))
    return run


def _invited(work: UnitOfWork, end: Account) -> Invitation:
    """The end customer was invited, and somebody proved its address."""
    invitation = Invitation(id=uuid4(), account_id=end.id, email=END_EMAIL, expires_at=SOON)
    work.invitations.keep(invitation)
    work.accounts.prove("customer-2", END_EMAIL, NOON)
    return invitation


def _fill_the_shelf(
    store: Store, installation: UUID, buyer: Account, sold: Product
) -> tuple[Asset, Asset, StockCode, Revocation]:
    """A stock: an order that waits for it, one that was served, and what is left."""
    ours = {"account_id": buyer.id, "product_id": sold.id, "coupon_source": CouponSource.STOCK}
    waiting = new_asset(**ours, order_line_id="out-of-stock").delayed(
        ErrorCode.OUT_OF_STOCK, "nothing fits"
    )
    served = sold_asset(
        **ours, order_line_id="from-stock", coupon_id="stock", coupon_expires_at=SOON
    )
    made = StockImport(
        id=uuid4(), source="codes.csv", imported_by="staff", imported_at=NOON,
        added=2, known=0, bad=0,
    )  # fmt: skip
    free = stock_code(import_id=made.id)
    taken = stock_code(
        import_id=made.id, state=StockState.ALLOCATED, asset_id=served.id, allocated_at=NOON
    )
    revocation = Revocation(
        id=uuid4(),
        asset_id=served.id,
        cause=RevocationCause.CANCELLATION,
        asked_by="staff@example.com",
        comment="",
        created_at=NOON,
        deadline=SOON,
    )
    with store.writing(installation) as work:
        work.assets.add(waiting, STAFF, NOON)
        work.assets.add(served, STAFF, NOON)
        work.coupons.keep_secret(Sealed("sealed"))
        work.stock_imports.add(made)
        work.stock.add([free, taken])
        work.claims.claim([Claim(subject=CLAIMED, stock_code_id=free.id)])
        work.revocations.add(revocation)
    return waiting, served, free, revocation


def _unfinished_imports(store: Store, installation: UUID) -> Mapping[ImportPhase, StockImport]:
    """Imports that nobody sees (yet), one of each phase, with a code each."""
    made: Mapping[ImportPhase, StockImport] = {
        phase: StockImport(
            id=uuid4(), source="x.csv", imported_by="staff", imported_at=NOON, phase=phase,
            touched_at=NOON, run_id=uuid4(),
        )
        for phase in ImportPhase
        if phase is not ImportPhase.KEPT
    }  # fmt: skip
    with store.writing(installation) as work:
        for each in made.values():
            work.stock_imports.add(each)
            work.stock.add([stock_code(import_id=each.id)])
    return made


def connect_a_saleor(store: Store, installation: UUID) -> None:
    """What ``platforms/saleor`` keeps, though no repository of ours ever reads it."""
    rows: dict[type[Base], dict[str, Any]] = {
        SaleorAppRow: {
            "api_url": f"https://{installation}.example/graphql/",
            "domain": f"{installation}.example",
            "app_id": "QXBwOjE=",
            "auth_token": "sealed",
            "jwks": {},
            "jwks_fetched_at": NOON,
            "saleor_version": "3.23",
            "state": "ACTIVE",
            "state_at": NOON,
            "registered_at": NOON,
            "changed_at": NOON,
        },
        SaleorCursorRow: {"orders_updated_at": NOON, "polled_at": NOON},
        SaleorProblemRow: {"problem_id": uuid4(), "first_at": NOON},
        SaleorTurnRow: {"order_id": "order-clashing", "until": NOON},
    }
    with Session(store.engine) as session, session.begin():
        for kind, values in rows.items():
            session.execute(insert(kind).values(installation_id=installation, **values))


def everything_of(store: Store, installation: UUID) -> dict[str, list[Any]]:
    """All rows that belong to the installation, by table."""
    with Session(store.engine) as session:
        found = {
            table.name: session.execute(
                select(table)
                .where(table.c.installation_id == installation)
                .order_by(*table.primary_key.columns)
            ).all()
            for table in Base.metadata.sorted_tables
            if "installation_id" in table.c and table.name != "bittitan_installations"
        }
        prices = select(PriceRow.__table__).where(
            PriceRow.product_id.in_(
                select(ProductRow.id).where(ProductRow.installation_id == installation)
            )
        )
        return {**found, "prices": session.execute(prices.order_by(PriceRow.product_id)).all()}  # type: ignore[dict-item]
