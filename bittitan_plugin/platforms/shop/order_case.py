"""One order as its page shows it: how it stands, what happened, and what can be done about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from bittitan_plugin.domain.account_credit import OnAccount
from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.billing import next_billing_day
from bittitan_plugin.domain.coupons import CouponSource, CouponStatus
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.orders import Invoicing, ProvisionOn
from bittitan_plugin.platforms.line_metadata import FRIENDLY_NAME
from bittitan_plugin.platforms.shop.ids import Kind, global_id
from bittitan_plugin.platforms.shop.order_audit import subject_of_order
from bittitan_plugin.platforms.shop.order_next_step import awaits_payment
from bittitan_plugin.platforms.shop.order_records import (
    OPEN_STATES,
    OrderRecord,
    OrderState,
    balance_of,
    is_fully_paid,
    line_amount,
    number_of,
)
from bittitan_plugin.platforms.shop.order_timeline import OrderEvent, OrderFacts, timeline
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.platforms.shop.tables import OrderLineRow, OrderRow
from bittitan_plugin.store.unit_of_work import UnitOfWork

#: The three choices of *Execute Order*, in the order they are offered.
INVOICING = {
    Invoicing.NOW: "Invoice now",
    Invoicing.NEXT_BILLING_DAY: "Invoice on the customer's next billing day",
    Invoicing.NONE: "No invoice",
}


class Standing(StrEnum):
    """How an order stands, derived from what became of its lines."""

    DRAFT = "DRAFT"
    TO_BE_EXECUTED = "TO_BE_EXECUTED"
    WAITS_FOR_PAYMENT = "WAITS_FOR_PAYMENT"
    BEING_DELIVERED = "BEING_DELIVERED"
    DELIVERY_FAILED = "DELIVERY_FAILED"
    PARTLY_DELIVERED = "PARTLY_DELIVERED"
    DELIVERED = "DELIVERED"
    BEING_CANCELLED = "BEING_CANCELLED"
    PARTLY_CANCELLED = "PARTLY_CANCELLED"
    CANCELLED = "CANCELLED"


_TAKING_BACK = frozenset({AssetStatus.CANCELLING, AssetStatus.AWAITING_REVOCATION})


def standing(row: OrderRow, lines: int, assets: Sequence[Asset], *, due: bool) -> Standing:
    """How an order of so many lines stands.

    ``due`` says whether its licences are to be obtained now.
    """
    state = OrderState(row.status)
    if state in OPEN_STATES:
        return Standing.DRAFT if state is OrderState.DRAFT else Standing.TO_BE_EXECUTED
    statuses = [asset.status for asset in assets]
    if _TAKING_BACK & set(statuses):
        return Standing.BEING_CANCELLED
    every_line = len(assets) == lines
    gone = statuses.count(AssetStatus.CANCELLED)
    if state is OrderState.CANCELED or (every_line and gone == len(assets)):
        return Standing.CANCELLED
    if gone:
        return Standing.PARTLY_CANCELLED
    return _delivery(assets, every_line=every_line, due=due)


def _delivery(assets: Sequence[Asset], *, every_line: bool, due: bool) -> Standing:
    statuses = [asset.provisioning_status for asset in assets]
    obtained = statuses.count(ProvisioningStatus.SYNCHRONIZED)
    if ProvisioningStatus.FAILED in statuses:
        return Standing.DELIVERY_FAILED
    if every_line and obtained == len(assets):
        return Standing.DELIVERED
    if obtained:
        return Standing.PARTLY_DELIVERED
    return Standing.BEING_DELIVERED if due else Standing.WAITS_FOR_PAYMENT


@dataclass(frozen=True, kw_only=True)
class LineTerms:
    """What cancelling the order does to one line."""

    line: OrderLineRow
    total: Money
    #: What of it is credited; None where nothing was invoiced.
    credited: Money | None
    #: What happens to its coupon, or why nothing does.
    coupon: str


@dataclass(frozen=True, kw_only=True)
class OrderCase:
    """An order with everything that became of it."""

    facts: OrderFacts
    #: What was decided of delivering it before it is paid, or would be if it were executed now.
    on_account: OnAccount
    provision_on: ProvisionOn
    #: When it would be invoiced if that were left to the customer's next billing day now.
    next_billing_day: datetime
    #: The plugin's account of the customer, once it is known.
    account_id: UUID | None
    #: The choices of when it is invoiced, with their labels.
    invoicing = INVOICING

    @property
    def record(self) -> OrderRecord:
        """The order with lines and customer."""
        return self.facts.record

    @property
    def row(self) -> OrderRow:
        """The order's own row."""
        return self.record.row

    @property
    def id(self) -> UUID:
        """The order's."""
        return self.row.id

    @property
    def number(self) -> str:
        """The number people use."""
        return number_of(self.row)

    @property
    def is_open(self) -> bool:
        """Whether it is not executed yet."""
        return OrderState(self.row.status) in OPEN_STATES

    @property
    def standing(self) -> Standing:
        """How it stands."""
        return standing(
            self.row,
            len(self.record.lines),
            self.facts.assets,
            due=not self.waits_for_money,
        )

    @property
    def waits_for_money(self) -> bool:
        """Whether its licences are obtained only once it is paid; for an open one, would be."""
        on_account = self.on_account is OnAccount.DELIVERED
        return awaits_payment(self.row, self.provision_on, on_account=on_account)

    @property
    def next_step(self) -> str | None:
        """What has to happen before its licences come, in words; None if nothing has to."""
        if self.standing is Standing.WAITS_FOR_PAYMENT:
            return f"Its licences are obtained once {self.owed} is paid."
        if not self.is_open:
            return None
        if self.provision_on is ProvisionOn.CONFIRMED:
            return "The licences are obtained at once, paid or not: a setting of the plugin."
        if is_fully_paid(self.row):
            return "Nothing is to be paid: the licences are obtained at once."
        return self.on_account.description

    @property
    def total(self) -> Money:
        """What it costs."""
        return self._money(self.row.total)

    @property
    def owed(self) -> Money:
        """What is still to be received."""
        return self._money(balance_of(self.row).owed)

    @property
    def received(self) -> Money:
        """What came in."""
        return self._money(self.row.charged)

    @property
    def refunded(self) -> Money:
        """What was paid back."""
        return self._money(self.row.refunded)

    @property
    def taken_back(self) -> Money:
        """Of the total, what is not due any more."""
        return self._money(self.row.taken_back)

    @property
    def refundable(self) -> Money:
        """What was received and is not due any more."""
        return self._money(balance_of(self.row).refundable)

    @property
    def left(self) -> Money:
        """What was received and not paid back."""
        return self._money(balance_of(self.row).left)

    @property
    def invoicing_chosen(self) -> str:
        """The choice that was made, and why nothing comes of it, in words."""
        if self.row.invoicing is None:
            return "to be chosen when it is executed"
        chosen = INVOICING[Invoicing(self.row.invoicing)]
        cancelled_before = self.facts.invoice is None and self.row.invoicing != Invoicing.NONE
        if cancelled_before and self.row.taken_back >= self.row.total > 0:
            return f"{chosen}; it was cancelled before, so there is no invoice"
        return chosen

    @property
    def invoiced_on(self) -> datetime | None:
        """When the invoice that is still to come is due."""
        return next((event.at for event in self.timeline if event.is_planned), None)

    @property
    def timeline(self) -> list[OrderEvent]:
        """What happened, and what is to happen."""
        return timeline(self.facts)

    @property
    def can_be_paid(self) -> bool:
        """Whether money can be received for it."""
        closed = self.is_open or self.row.status == OrderState.CANCELED
        return not closed and not self.owed.is_zero

    @property
    def can_be_cancelled(self) -> bool:
        """Whether cancelling it would do something."""
        return not self.is_open and (
            self.row.status != OrderState.CANCELED and self.standing is not Standing.CANCELLED
        )

    @property
    def can_be_paid_back(self) -> bool:
        """Whether there is money that is not due any more."""
        return not self.is_open and not self.refundable.is_zero

    @property
    def to_be_credited(self) -> Money:
        """What cancelling it credits: what was invoiced and not credited before."""
        invoice = self.facts.invoice
        if invoice is None:
            return self._money(Decimal(0))
        given = sum(
            (row.amount for row in self.facts.invoices if row is not invoice), start=Decimal(0)
        )
        return self._money(max(min(self.row.total, invoice.amount - given), Decimal(0)))

    @property
    def terms(self) -> list[LineTerms]:
        """What cancelling it does to each line."""
        return [
            LineTerms(
                line=line,
                total=self.total_of(line),
                credited=self._credited(line),
                coupon=_of_coupon(self.asset_of(line)),
            )
            for line in self.record.lines
        ]

    def price(self, line: OrderLineRow) -> Money:
        """What one piece of a line costs."""
        return self._money(line.unit_amount)

    def total_of(self, line: OrderLineRow) -> Money:
        """What a line costs, tax included."""
        return line_amount(self.row, line).gross

    def asset_of(self, line: OrderLineRow) -> Asset | None:
        """The asset that a line became."""
        wanted = global_id(Kind.ORDER_LINE, line.id)
        return next((each for each in self.facts.assets if each.order_line_id == wanted), None)

    def friendly_name(self, line: OrderLineRow) -> str:
        """The customer's name for a line's licences."""
        return line.line_metadata.get(FRIENDLY_NAME, "")

    def _credited(self, line: OrderLineRow) -> Money | None:
        if self.facts.invoice is None or line.is_waived:
            return None
        return self._money(self.total_of(line).amount - line.taken_back)

    def _money(self, amount: Decimal) -> Money:
        return Money(amount, self.row.currency)


def _of_coupon(asset: Asset | None) -> str:
    if asset is None:
        return "Not obtained; it will not be."
    if asset.status is AssetStatus.CANCELLED:
        return "Cancelled already."
    if asset.status in _TAKING_BACK:
        return "Is being cancelled already."
    if asset.coupon_status is CouponStatus.REDEEMED:
        return "Redeemed: it cannot be revoked. A problem will say so."
    if asset.coupon_status in {CouponStatus.EXPIRED, CouponStatus.CANCELLED}:
        return "Cannot be used any more."
    if asset.coupon_source is CouponSource.STOCK:
        return "Its codes are to be revoked by hand in BitTitan's portal: see Codes."
    return "Revoked at BitTitan. If it was redeemed meanwhile, a problem will say so."


def read_case(platform: ShopPlatform, work: UnitOfWork, order_id: UUID) -> OrderCase:
    """Everything about one order. Raises ``Refusal`` NOT_FOUND."""
    record = platform.orders.get(order_id)
    if record is None:
        raise Refusal(ErrorCode.NOT_FOUND, "There is no such order.", field="id")
    assets = work.assets.of_orders([global_id(Kind.ORDER, order_id)])
    database = platform.database
    account = work.accounts.of_customer(global_id(Kind.USER, record.user.id))
    subject = subject_of_order(record.row)
    return OrderCase(
        facts=OrderFacts(
            record=record,
            audit=work.audit.of(subject.kind, subject.id),
            invoices=platform.invoices.of_orders([order_id])[order_id],
            payments=platform.payments.of_order(order_id),
            refunds=platform.refunds.of_orders([order_id])[order_id],
            assets=assets,
            histories=work.assets.history([asset.id for asset in assets]),
        ),
        on_account=_on_account(platform, record),
        provision_on=work.installations.by_id(work.installation_id).configuration.provision_on,
        next_billing_day=next_billing_day(
            record.user.billing_day, database.clock(), database.zone()
        ),
        account_id=account.id if account else None,
    )


def _on_account(platform: ShopPlatform, record: OrderRecord) -> OnAccount:
    """What was noted when it became binding; of an open order, what would be decided now."""
    if OrderState(record.row.status) in OPEN_STATES:
        return platform.account_credits.foresee(record.row)
    return OnAccount.DELIVERED if record.row.on_account else OnAccount.NOT_ALLOWED


def standings(
    platform: ShopPlatform, work: UnitOfWork, orders: Sequence[OrderRow]
) -> dict[UUID, Standing]:
    """How each of these orders stands, in as many statements as for one."""
    ids = {order.id: global_id(Kind.ORDER, order.id) for order in orders}
    lines = platform.orders.lines(ids)
    sold: dict[str, list[Asset]] = {each: [] for each in ids.values()}
    for asset in work.assets.of_orders(list(sold)):
        sold[asset.order_id].append(asset)
    provision_on = work.installations.by_id(work.installation_id).configuration.provision_on
    return {
        order.id: standing(
            order,
            len(lines[order.id]),
            sold[ids[order.id]],
            due=not awaits_payment(order, provision_on, on_account=order.on_account),
        )
        for order in orders
    }
