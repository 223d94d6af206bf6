"""A shop that sells from stock, and the files its stock comes in."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.revocations import Revocation
from bittitan_plugin.domain.stock import StockCode
from bittitan_plugin.services.cancelling.stock_watch import watch_stock
from bittitan_plugin.services.stock.importing import (
    ImportMode,
    ImportReport,
    StockFile,
    import_stock,
)
from tests.world import STAFF, Shop

MAILBOX, BUNDLE = ProductType.MAILBOX_LICENSE, ProductType.USER_MIGRATION_BUNDLE
#: More than a year after the day on which the tests' clock stands.
NEXT_SUMMER = date(2027, 6, 30)


def new_code() -> str:
    """A code nobody has used before."""
    return f"MW-{uuid4().hex[:16].upper()}"


def row(
    licenses: int = 25,
    *,
    code: str | None = None,
    kind: str = "MAILBOX_LICENSE",
    expires: date | str = NEXT_SUMMER,
    rest: str = "",
) -> str:
    """One line of a file without header; ``rest`` are the optional columns."""
    return f"{code or new_code()},{kind},{licenses},{expires}{rest}"


def bring_in(
    shop: Shop, *rows: str, mode: ImportMode = ImportMode.ALL_OR_NONE, name: str = "codes.csv"
) -> ImportReport:
    """Import these rows as one file, and let what follows from it be done."""
    file = StockFile(name, ["\n".join(rows).encode()])
    report = import_stock(shop.tenant, STAFF, file, mode)
    shop.settle()
    return report


def from_stock(shop: Shop, **settings: str) -> Shop:
    """The shop, selling from stock."""
    shop.configure(active=True, same_account=None, coupon_source="STOCK", **settings)
    return shop


def code_of(shop: Shop, asset: Asset) -> str:
    """What the buyer enters."""
    assert asset.coupon_code is not None
    return shop.ports.cipher.open(asset.coupon_code)


def codes_of(shop: Shop, asset: Asset) -> Sequence[StockCode]:
    """The codes in stock that belong to the asset."""
    with shop.tenant.reading() as work:
        return work.stock.of_assets([asset.id])[asset.id]


def revocation_of(shop: Shop, asset: Asset) -> Revocation:
    """The revocation that staff are to decide about."""
    with shop.tenant.reading() as work:
        return work.revocations.awaiting_of([asset.id])[asset.id]


def look(shop: Shop) -> None:
    """The timetable looks after the stock, and what follows from it is done."""
    watch_stock(shop.tenant)
    shop.settle()


def problems(shop: Shop) -> list[str]:
    """The kinds of what is open."""
    return sorted(problem.kind.value for problem in shop.problems())


def templates(shop: Shop) -> list[str]:
    """The e-mails that were sent, in order."""
    return [sent.template for sent in shop.mail]


def sent(shop: Shop, template: str) -> list[Any]:
    """The e-mails of that template."""
    return [each for each in shop.mail if each.template == template]


def days_on(shop: Shop, days: int) -> date:
    """The day that comes so many days after the clock's."""
    return (shop.world.clock.now + timedelta(days=days)).date()


def waiting(shop: Shop, kind: ProductType = MAILBOX) -> list[UUID]:
    """Who waits for stock, in the order in which they will be served."""
    with shop.tenant.reading() as work:
        return [asset.id for asset in work.assets.waiting_for_stock(kind, 100)]
