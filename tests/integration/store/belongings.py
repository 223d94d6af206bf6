"""What another installation holds, and how to see that none of it was touched."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.catalogue import Product
from bittitan_plugin.domain.errors import ErrorCode
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.domain.requests import CancellationRequest
from bittitan_plugin.store.repositories.coupons import Cursor
from bittitan_plugin.store.tables import Base, PriceRow, ProductRow
from bittitan_plugin.store.unit_of_work import Store
from tests.fakes.values import NOON, account, new_asset, product, sold_asset
from tests.integration.store.conftest import STAFF

SOON = NOON + timedelta(days=20)
END_EMAIL, LINE, PROBLEM = "it@fabrikam.example", "line-clashing", "problem-clashing"


@dataclass(frozen=True)
class Belongings:
    """One of everything, under ids of the platform that every shop could have."""

    account: Account
    end: Account
    product: Product
    asset: Asset
    waiting: Asset
    request: CancellationRequest


def settle_in(store: Store, installation: UUID) -> Belongings:
    """Give the installation one of everything."""
    buyer = account(customer_id="customer-1")
    end = account(customer_id=None, email=END_EMAIL, reseller_id=buyer.id)
    sold, spare = product(variant_id="variant-1"), product(variant_id=None, sku="SPARE")
    asset = sold_asset(
        account_id=buyer.id,
        end_customer_id=end.id,
        product_id=sold.id,
        order_line_id=LINE,
        coupon_expires_at=SOON,
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
    with store.writing(installation) as work:
        work.accounts.add(buyer)
        work.accounts.add(end)
        work.products.add_all([sold, spare])
        work.assets.add(asset, STAFF, NOON)
        work.assets.add(waiting, STAFF, NOON)
        work.requests.add(request)
        work.coupons.move_cursor(Cursor(read_at=NOON, swept_at=NOON))
        work.deferred_lines.put_off(LINE, 1)
        work.problems.report(
            ProblemKind.ORDER_REFUSED, PROBLEM, message="m", next_step="n", at=NOON,
            asset_id=asset.id,
        )  # fmt: skip
    return Belongings(buyer, end, sold, asset, waiting, request)


def everything_of(store: Store, installation: UUID) -> dict[str, list[Any]]:
    """All rows that belong to the installation, by table."""
    with Session(store.engine) as session:
        found = {
            table.name: session.execute(
                select(table).where(table.c.installation_id == installation).order_by(*table.c)
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
