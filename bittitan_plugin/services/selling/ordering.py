"""Handles order events: decides which lines are ours and makes their provisioning durable."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.catalogue import Product, ProductType
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.coupons import CouponSource
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.domain.orders import Order, OrderLine, check_lines, check_typed, name_of_line
from bittitan_plugin.domain.problems import ProblemAction, ProblemKind
from bittitan_plugin.domain.reconciliation import Difference
from bittitan_plugin.domain.stock import MOST_CODES, demand_for
from bittitan_plugin.domain.texts import quoted
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.services.selling.asset_creation import refused_key
from bittitan_plugin.services.selling.changed_orders import compare_told
from bittitan_plugin.services.selling.held_lines import hold
from bittitan_plugin.services.stock.allocation import choose, takes_too_many
from bittitan_plugin.services.workflow_ids import Workflow, provision_id
from bittitan_plugin.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """What became of an order's lines."""

    #: One for each line that is being provisioned by now.
    workflow_ids: tuple[str, ...] = ()
    ignored_line_ids: tuple[str, ...] = ()
    #: Why lines of ours are not provisioned as they are; staff are notified of each.
    refusals: tuple[Refusal, ...] = ()
    #: Lines that seem to have been delivered before: staff decide.
    held_line_ids: tuple[str, ...] = ()
    #: Lines that have their licences already.
    provisioned_line_ids: tuple[str, ...] = ()
    #: Lines with finally cancelled licences.
    cancelled_line_ids: tuple[str, ...] = ()


def accept(
    ports: Ports, installation: Installation, order: Order, *, wake: bool = False
) -> Acceptance:
    """Enqueue one durable provisioning per line that is ours, in one transaction.

    Repeating it enqueues nothing new. With ``wake``, workflows that wait for the order to be due
    look again at once. A line of ours with an unknown article is refused, with a problem for staff,
    and one that seems to have been delivered before is held for them; the other lines continue.
    For a line with an asset the result names what became of it.
    """
    check_lines(order.lines)
    with ports.store.writing(installation.id) as work:
        sold = of_ours(work, order.lines)
        unknown = _refused(order, sold)
        for line_id, refusal in unknown.items():
            _report(ports, work, order, line_id, refusal)
        assets = {asset.order_line_id: asset for asset in work.assets.of_orders([order.id])}
        changes = compare_told(work, order, list(assets.values()), ports.clock())
        ours = [line for line in order.lines if line.id in sold]
        new = [line for line in ours if line.id not in assets]
        held = hold(ports, work, installation, order, new)
        carried = [
            line
            for line in ours
            if line.id not in held and (line.id not in assets or _is_pending(assets[line.id]))
        ]
        ids = _hand_in(work, installation, order, carried)
        if wake:
            # A line with an asset waits for BitTitan, which must not be asked earlier than planned.
            carrying = zip(ids, carried, strict=True)
            waiting = [each for each, line in carrying if line.id not in assets]
            work.retries.wake(ports.clock(), waiting)
    return Acceptance(
        workflow_ids=ids,
        ignored_line_ids=tuple(
            line.id for line in order.lines if line.id not in sold and not _is_our_type(line)
        ),
        refusals=(*unknown.values(), *_changed(order, changes), *_failed(order, assets)),
        held_line_ids=tuple(line.id for line in new if line.id in held),
        provisioned_line_ids=_lines_of(assets, lambda a: a.has_coupon and _stands(a)),
        cancelled_line_ids=_lines_of(assets, lambda a: not _stands(a)),
    )


def _hand_in(
    work: UnitOfWork, installation: Installation, order: Order, lines: Sequence[OrderLine]
) -> tuple[str, ...]:
    times = work.deferred_lines.times([line.id for line in lines])
    ids = []
    for line in lines:
        attempt = times.get(line.id, 0)
        workflow_id = provision_id(installation.id, line.id, attempt)
        work.enqueue(Workflow.PROVISION, workflow_id, order.id, line.id, str(attempt))
        ids.append(workflow_id)
    return tuple(ids)


def _stands(asset: Asset) -> bool:
    return asset.status is AssetStatus.ACTIVE


def _is_pending(asset: Asset) -> bool:
    return _stands(asset) and asset.provisioning_status is ProvisioningStatus.PENDING


def _lines_of(assets: Mapping[str, Asset], which: Callable[[Asset], bool]) -> tuple[str, ...]:
    return tuple(line_id for line_id, asset in assets.items() if which(asset))


def _changed(order: Order, differences: Sequence[Difference]) -> list[Refusal]:
    return [
        Refusal(
            ErrorCode.INVALID,
            difference.message,
            field=_field(order, difference.order_line_id) or "lines",
        )
        for difference in differences
    ]


def _failed(order: Order, assets: Mapping[str, Asset]) -> list[Refusal]:
    return [
        Refusal(asset.provisioning_error.code, asset.provisioning_error.message, field=field)
        for line_id, asset in assets.items()
        if _stands(asset)
        and asset.provisioning_status is ProvisioningStatus.FAILED
        and asset.provisioning_error is not None
        and (field := _field(order, line_id))
    ]


def _field(order: Order, line_id: str | None) -> str | None:
    ids = [line.id for line in order.lines]
    return f"lines[{ids.index(line_id)}]" if line_id in ids else None


def precheck(ports: Ports, installation: Installation, order: Order) -> list[Refusal]:
    """Why this order cannot be sold, before anybody pays. Changes nothing."""
    try:
        check_lines(order.lines)
    except Refusal as broken_rule:
        return [broken_rule]
    with ports.store.reading(installation.id) as work:
        sold = of_ours(work, order.lines)
        account = work.accounts.of_customer(order.customer.id)
        missing = _without_stock(ports, work, installation.configuration, order, sold)
    found = list(_refused(order, sold).values())
    if not sold and not found:
        return []
    if not installation.active:
        return [Refusal(ErrorCode.PLUGIN_INACTIVE, "BitTitan licences are not sold at present.")]
    configuration = installation.configuration
    # Codes from stock are not issued to an account.
    asks = any(
        configuration.source_of(product.product_type) is CouponSource.API
        for product in sold.values()
    )
    synchronized = account is not None and account.is_synchronized
    if asks and not synchronized and not configuration.synchronize_automatically:
        found.append(
            Refusal(
                ErrorCode.ACCOUNT_NOT_SYNCHRONIZED,
                "This account is not synchronized with BitTitan yet. "
                "It can order once the distributor's staff have synchronized it.",
                field="customer",
            )
        )
    found += [
        refusal
        for index, line in enumerate(order.lines)
        if line.id in sold and (refusal := _unsellable(index, line, sold[line.id]))
    ]
    return found + missing


def _without_stock(
    ports: Ports,
    work: UnitOfWork,
    configuration: Configuration,
    order: Order,
    sold: Mapping[str, Product],
) -> list[Refusal]:
    """Lines without fitting codes in stock, where the distributor does not let orders wait.

    Codes for one line are no longer available to the lines after it.
    """
    if not configuration.stop_without_stock:
        return []
    refused, taken = [], set[UUID]()
    for index, line in enumerate(order.lines):
        product = sold.get(line.id)
        if product is None or (
            configuration.source_of(product.product_type) is not CouponSource.STOCK
        ):
            continue
        demand = demand_for(product, line.quantity, ports.clock())
        codes = choose(work, demand, taken)
        taken.update(code.id for code in codes)
        if not codes:
            text = _lacking(product, line, too_many=takes_too_many(work, demand, taken))
            field = f"lines[{index}].quantity"
            refused.append(Refusal(ErrorCode.OUT_OF_STOCK, text, field=field))
    return refused


def _lacking(product: Product, line: OrderLine, *, too_many: bool) -> str:
    if not too_many:
        return f"{product.name} is out of stock for {line.quantity} licences at present."
    return (
        f"{line.quantity} licences of {product.name} would take more than {MOST_CODES} coupon "
        "codes at present, and no more are delivered together: order fewer of them at a time."
    )


def of_ours(work: UnitOfWork, lines: tuple[OrderLine, ...]) -> dict[str, Product]:
    """The product behind each line that sells one of ours, by line id."""
    variants = [line.variant_id for line in lines if line.variant_id]
    products = work.products.of_variants(variants) if variants else {}
    return {line.id: products[line.variant_id] for line in lines if line.variant_id in products}


def _refused(order: Order, sold: dict[str, Product]) -> dict[str, Refusal]:
    """Why lines of our types do not sell one of our products, by line id."""
    return {
        line.id: Refusal(
            ErrorCode.NOT_FOUND,
            f"{quoted(line.sku)} is not a BitTitan article this shop knows: "
            "bind a BitTitan product to that variant.",
            field=f"lines[{index}].sku",
        )
        for index, line in enumerate(order.lines)
        if line.id not in sold and _is_our_type(line)
    }


def _is_our_type(line: OrderLine) -> bool:
    return line.product_type is not None and ProductType.from_slug(line.product_type) is not None


def _unsellable(index: int, line: OrderLine, product: Product) -> Refusal | None:
    if not product.published:
        return Refusal(
            ErrorCode.INVALID,
            f"{product.name} is not for sale.",
            field=f"lines[{index}].variant_id",
        )
    try:
        check_typed(line, f"lines[{index}].")
    except Refusal as refusal:
        return refusal
    currency = line.unit_price.currency
    if product.prices and currency not in product.prices:
        return Refusal(
            ErrorCode.INVALID,
            f"{product.name} has no price in {currency}.",
            field=f"lines[{index}].unit_price.currency",
        )
    return None


def _report(ports: Ports, work: UnitOfWork, order: Order, line_id: str, refusal: Refusal) -> None:
    index = next(index for index, line in enumerate(order.lines) if line.id == line_id)
    where = name_of_line(index, order.lines[index].product_name)
    work.problems.report(
        ProblemKind.ORDER_REFUSED,
        refused_key(order.id, line_id),
        message=f"Order {order.number}, {where}: {refusal.message}",
        next_step="Bind a BitTitan product to the variant, then provision the order again here.",
        at=ports.clock(),
        order_id=order.id,
        action=ProblemAction.PROVISION_ORDER,
    )
