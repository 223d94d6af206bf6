"""Reads everybody's books: the vendor's ledger, the platform's tables, ours, and the mail box."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bittitan_plugin.platforms.shop.ids import Kind, global_id
from bittitan_plugin.platforms.shop.invoices import InvoiceKind
from bittitan_plugin.platforms.shop.tables import (
    FulfillmentRow,
    InvoiceRow,
    OrderLineRow,
    OrderRow,
    RefundRow,
)
from bittitan_plugin.store.due_retries import DueRetries
from bittitan_plugin.store.tables import AssetRow, ProblemRow
from tests.chaos import bus, mailbox
from tests.chaos.instance import Instance

#: Workflows that come and go by the clock; nobody waits for their end.
BY_THE_CLOCK = ("follow:",)
UNFINISHED = ["PENDING", "ENQUEUED"]
FAILED = ["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]


@dataclass
class Line:
    """One order of one line, by the word of everyone concerned."""

    order_id: str
    fully_paid: bool = False
    assets: list[AssetRow] = field(default_factory=list)
    #: Coupons the vendor ever made under the references of its assets.
    coupons: list[dict[str, Any]] = field(default_factory=list)
    invoices: int = 0
    deliveries: int = 0
    credits: int = 0
    refunds: int = 0
    welcomes: int = 0
    farewells: int = 0
    #: How often one of its messages was delivered again, under the same Message-ID.
    repeats: int = 0
    #: What staff are told to do about it.
    problems: list[str] = field(default_factory=list)

    @property
    def living(self) -> list[str]:
        """Ids of its coupons that can be redeemed."""
        return [each["id"] for each in self.coupons if each["status"] == "AVAILABLE"]


@dataclass
class Books:
    """What there is at one moment."""

    lines: dict[str, Line]
    #: Coupons that can be redeemed and were issued for nothing we know.
    strays: list[str]
    #: Workflows under way, and those that ended in a way they never should.
    unfinished: list[str]
    failed: list[str]
    #: Events that the platform has yet to deliver.
    undelivered: bool

    @property
    def is_idle(self) -> bool:
        """Whether nothing more happens by itself."""
        return not self.unfinished and not self.undelivered


def read(instance: Instance) -> Books:
    """The books as they are now; exact once everything is idle."""
    # Work first: what was idle when it was looked at has written everything by now.
    undelivered, unfinished = not bus.is_empty(instance.bus), under_way(instance)
    failed = _workflows(instance, FAILED)
    with Session(instance.engine, expire_on_commit=False) as session:
        lines = _orders(session)
        _count_money(session, lines)
        assets = _assets(session, lines)
    coupons = instance.sandbox("GET", "/ledger")["coupons"]
    _count_mail(lines.values(), mailbox.messages(instance.mail))
    return Books(lines, _place(coupons, assets), unfinished, failed, undelivered)


def under_way(instance: Instance) -> list[str]:
    """The workflows that have not ended, and the work that waits to be tried again."""
    found = _workflows(instance, UNFINISHED)
    # Read last: an attempt stores that it waits before it ends.
    waiting = DueRetries(instance.engine).overdue(datetime.max.replace(tzinfo=UTC))
    return found + [f"{retry.id} (waits: {retry.reason})" for _, retry in waiting]


def _orders(session: Session) -> dict[str, Line]:
    rows = session.scalars(select(OrderRow))
    return {
        (key := global_id(Kind.ORDER, row.id)): Line(key, fully_paid=row.charged >= row.total > 0)
        for row in rows
    }


def _count_money(session: Session, lines: dict[str, Line]) -> None:
    for invoice in session.scalars(select(InvoiceRow)):
        line = lines[global_id(Kind.ORDER, invoice.order_id)]
        if invoice.kind == InvoiceKind.CREDIT:
            line.credits += 1
        else:
            line.invoices += 1
    for refund in session.scalars(select(RefundRow)):
        lines[global_id(Kind.ORDER, refund.order_id)].refunds += 1
    delivered = select(OrderLineRow.order_id).join(
        FulfillmentRow, FulfillmentRow.order_line_id == OrderLineRow.id
    )
    for order_id in session.scalars(delivered):
        lines[global_id(Kind.ORDER, order_id)].deliveries += 1


def _assets(session: Session, lines: dict[str, Line]) -> dict[str, Line]:
    """By their references at the vendor; what staff are told of each is noted on its line."""
    by_id = {}
    for asset in session.scalars(select(AssetRow)):
        lines[asset.order_id].assets.append(asset)
        by_id[asset.id] = lines[asset.order_id]
    open_problems = select(ProblemRow).where(ProblemRow.resolved_at.is_(None))
    for problem in session.scalars(open_problems):
        if problem.asset_id is not None:
            by_id[problem.asset_id].problems.append(f"{problem.kind}: {problem.message}")
    return {f"asset-{asset_id}": line for asset_id, line in by_id.items()}


def _place(coupons: list[dict[str, Any]], assets: dict[str, Line]) -> list[str]:
    strays = []
    for coupon in coupons:
        if coupon["reference"] in assets:
            assets[coupon["reference"]].coupons.append(coupon)
        elif coupon["status"] == "AVAILABLE":
            strays.append(coupon["id"])
    return strays


def _count_mail(lines: Iterable[Line], delivered: Counter[str]) -> None:
    for line in lines:
        for asset in line.assets:
            counts: dict[str, int] = defaultdict(int)
            for kind, keys in {
                "welcomes": (f"welcome-{asset.id}",),
                "farewells": (f"cancelled-{asset.id}", f"cancelled-{asset.id}-uncredited"),
            }.items():
                for key in keys:
                    times = delivered[sha256(key.encode()).hexdigest()[:32]]
                    counts[kind] += times > 0
                    line.repeats += max(0, times - 1)
            line.welcomes += counts["welcomes"]
            line.farewells += counts["farewells"]


def _workflows(instance: Instance, states: list[str]) -> list[str]:
    found = instance.workflows.list_workflows(status=states, load_input=False)
    return [
        f"{each.workflow_id} ({each.status})"
        for each in found
        if not each.workflow_id.startswith(BY_THE_CLOCK)
    ]
