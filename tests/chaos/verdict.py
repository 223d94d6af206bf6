"""Holds the books against what was done: what is lost, doubled, or cannot be explained."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields

from tests.chaos.ledger_audit import Books, Line
from tests.chaos.shop import Fate, Sale

#: Credits of our own and of the platform's that a sale ends with, and refunds.
_MONEY_BACK = {
    Fate.SOLD: (0, 0),
    Fate.CANCELLED: (1, 1),
    Fate.ORDER_CANCELLED: (1, 0),
    Fate.REFUNDED: (1, 1),
}


@dataclass
class Verdict:
    """Sentences, each about one order."""

    #: Something the buyer or the distributor is entitled to is not there.
    lost: list[str] = field(default_factory=list)
    #: More than one living coupon, asset, invoice, delivery or welcome for one line.
    issued_twice: list[str] = field(default_factory=list)
    credited_twice: list[str] = field(default_factory=list)
    #: What nobody ordered, or nobody will ever finish.
    unexplained: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Nothing lost, nothing twice."""
        return not any(getattr(self, each.name) for each in fields(self))

    def sentences(self) -> list[str]:
        """All of them, each with what it is."""
        return [
            f"{each.name.replace('_', ' ')}: {sentence}"
            for each in fields(self)
            for sentence in getattr(self, each.name)
        ]


def judge(books: Books, sales: Iterable[Sale]) -> Verdict:
    """About these sales, and about everything that belongs to none."""
    verdict = Verdict()
    for sale in sales:
        judge_line(verdict, books.lines.get(sale.order_id) or Line(sale.order_id), sale.fate)
    verdict.unexplained += [f"coupon {coupon} belongs to no asset" for coupon in books.strays]
    verdict.unexplained += [f"workflow {each} never ended" for each in books.unfinished]
    verdict.unexplained += [f"workflow {each} broke" for each in books.failed]
    return verdict


def judge_line(verdict: Verdict, line: Line, fate: Fate) -> None:
    """One order of one line against what was done with it."""
    name = f"order {line.order_id} ({fate}{': ' if line.problems else ''}{line.problems or ''})"
    twice = {
        "assets": len(line.assets),
        "living coupons": len(line.living),
        "invoices": line.invoices,
        "deliveries": line.deliveries,
        "welcome e-mails": line.welcomes,
        "farewell e-mails": line.farewells,
    }
    for what, count in twice.items():
        if count > 1:
            verdict.issued_twice.append(f"{name} has {count} {what}")
    for what, count, due in (
        ("credit invoices", line.credits, _MONEY_BACK[fate][0]),
        ("refunds", line.refunds, _MONEY_BACK[fate][1]),
    ):
        if count > due:
            verdict.credited_twice.append(f"{name} has {count} {what}")
        elif count < due:
            verdict.lost.append(f"{name} has {count} {what}")
    if fate is Fate.SOLD:
        _judge_standing(verdict, line, name)
    else:
        _judge_taken_back(verdict, line, name, fate)
    verdict.unexplained += [f"{name}: {len(line.problems)} open problems"] * bool(line.problems)


def _judge_standing(verdict: Verdict, line: Line, name: str) -> None:
    due = {
        "a payment": line.fully_paid,
        "an asset": line.assets,
        "a coupon that can be redeemed": line.living,
        "an invoice": line.invoices,
        "a delivery": line.deliveries,
        "a welcome e-mail": line.welcomes,
    }
    verdict.lost += [f"{name} has not got {what}" for what, found in due.items() if not found]
    holds = {asset.coupon_id for asset in line.assets}
    if line.living and holds.isdisjoint(line.living):
        verdict.lost.append(f"{name} holds another coupon than the living one")


def _judge_taken_back(verdict: Verdict, line: Line, name: str, fate: Fate) -> None:
    states = {asset.status for asset in line.assets}
    verdict.unexplained += [f"{name} still has living coupon {each}" for each in line.living]
    if states - {"CANCELLED"}:
        verdict.lost.append(f"{name}: its asset is {', '.join(sorted(states))}")
    if fate is Fate.CANCELLED and not line.farewells:
        verdict.lost.append(f"{name} has not got a farewell e-mail")
