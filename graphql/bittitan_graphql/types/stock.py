"""The GraphQL types of the coupon stock: single codes, and their sums."""

from datetime import date, datetime

import strawberry
from graphql import GraphQLError

from bittitan_graphql.context import scope_of
from bittitan_graphql.fields import field
from bittitan_graphql.global_ids import ASSET, STOCK_CODE, STOCK_IMPORT, global_id
from bittitan_graphql.types.catalogue import BitTitanProductType
from bittitan_plugin.base.cipher import UnreadableSecret
from bittitan_plugin.domain.stock import StockCode, StockState
from bittitan_plugin.domain.stock_report import Amount, TypeReport

_SETTLED = ("allocated_at", "settled_at", "withdrawn_by", "withdrawn_reason")


@strawberry.type(description="One coupon code that was imported. Requires MANAGE_ORDERS.")
class BitTitanStockCode:
    """The caller has checked the permission."""

    source: strawberry.Private[StockCode]
    id: strawberry.ID = strawberry.field(description="Global id.")
    product_type: BitTitanProductType = strawberry.field(description="What kind of licence it is.")
    sku: str | None = strawberry.field(
        description="The one article it may serve; null serves every one of its product type."
    )
    licenses: int = strawberry.field(description="Licences behind the code.")
    expires_at: datetime = strawberry.field(description="When it stops being redeemable.")
    validity_days: int | None = strawberry.field(
        description="Days in which its licences can be used, if the file said so."
    )
    note: str | None = strawberry.field(description="What the file said of it.")
    state: StockState = strawberry.field(description="What became of it.")
    asset_id: strawberry.ID | None = strawberry.field(description="The asset it belongs to.")
    allocated_at: datetime | None = strawberry.field(description="When the asset got it.")
    settled_at: datetime | None = strawberry.field(
        description="When it was revoked, redeemed, withdrawn or expired."
    )
    import_id: strawberry.ID = strawberry.field(
        description="The import that brought it, as bittitanCouponImportUndo takes it."
    )
    withdrawn_by: str | None = strawberry.field(description="Who withdrew it.")
    withdrawn_reason: str | None = strawberry.field(description="Why it was withdrawn.")

    @field("The code itself, in full. It is money.")
    def code(self, info: strawberry.Info) -> str:
        """Stored encrypted; decrypted only here."""
        try:
            return scope_of(info).tenant.ports.cipher.open(self.source.code)
        except UnreadableSecret:
            raise GraphQLError(
                "The coupon code cannot be read; check BITTITAN_SECRET_KEYS.",
                extensions={"exception": {"code": "PLUGIN_MISCONFIGURED"}},
            ) from None

    @classmethod
    def of(cls, code: StockCode) -> "BitTitanStockCode":
        """From the domain's value."""
        same = ("sku", "licenses", "expires_at", "validity_days", "note")
        return cls(
            **{name: getattr(code, name) for name in (*same, *_SETTLED)},
            source=code,
            id=global_id(STOCK_CODE, code.id),
            import_id=global_id(STOCK_IMPORT, code.import_id),
            product_type=BitTitanProductType.of(code.product_type),
            state=code.state,
            asset_id=global_id(ASSET, code.asset_id) if code.asset_id else None,
        )


@strawberry.type(description="So many coupon codes, with so many licences in all.")
class BitTitanStockAmount:
    """A sum."""

    codes: int = strawberry.field(description="Codes.")
    licenses: int = strawberry.field(description="Licences behind them.")

    @classmethod
    def of(cls, amount: Amount) -> "BitTitanStockAmount":
        """From the domain's value."""
        return cls(codes=amount.codes, licenses=amount.licenses)


@strawberry.type(description="What falls into a stretch of time.")
class BitTitanStockPeriod:
    """A month of expiry, or a week of sales."""

    begins: date = strawberry.field(description="Its first day, in the instance's time zone.")
    amount: BitTitanStockAmount = strawberry.field(description="What falls into it.")

    @classmethod
    def of(cls, begins: date, amount: Amount) -> "BitTitanStockPeriod":
        """From the domain's values."""
        return cls(begins=begins, amount=BitTitanStockAmount.of(amount))


@strawberry.type(description="The coupon stock of one product type.")
class BitTitanStock:
    """Counts, never codes."""

    product_type: BitTitanProductType = strawberry.field(description="Which kind of licence.")
    free: BitTitanStockAmount = strawberry.field(description="What can be sold.")
    expiring_soon: BitTitanStockAmount = strawberry.field(
        description="What of it expires within 30 days."
    )
    by_expiry_month: list[BitTitanStockPeriod] = strawberry.field(
        description="What can be sold, by the month of its last day."
    )
    sold_by_week: list[BitTitanStockPeriod] = strawberry.field(
        description="What was sold in each of the last twelve weeks, this one last."
    )
    days_left: int | None = strawberry.field(
        description="How many days it lasts at the pace of the last 28; null when nothing was "
        "sold in them."
    )
    waiting: int = strawberry.field(description="Order lines that wait for codes.")

    @classmethod
    def of(cls, report: TypeReport) -> "BitTitanStock":
        """From the domain's value."""
        return cls(
            product_type=BitTitanProductType.of(report.product_type),
            free=BitTitanStockAmount.of(report.free),
            expiring_soon=BitTitanStockAmount.of(report.expiring_soon),
            by_expiry_month=[BitTitanStockPeriod.of(m.month, m.amount) for m in report.months],
            sold_by_week=[BitTitanStockPeriod.of(w.begins, w.amount) for w in report.weeks],
            days_left=report.days_left,
            waiting=report.waiting,
        )
