"""Makes a paid order line's asset, from the order as the platform shows it now.

Each function is one step of a durable workflow: it can be interrupted anywhere and run again.
"""

from uuid import uuid4

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.catalogue import Product
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.errors import OF_PLATFORM, ErrorCode, PlatformUnavailable, Refusal
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.orders import (
    TYPED,
    Order,
    OrderLine,
    OrderStatus,
    awaited,
    check_lines,
    check_typed,
    is_due,
    name_of_line,
)
from bittitan_plugin.domain.problems import ProblemAction, ProblemKind
from bittitan_plugin.domain.texts import seen
from bittitan_plugin.services.accounts.customers import ensure_account, ensure_end_customer
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.services.selling.held_lines import hold
from bittitan_plugin.store.unit_of_work import UnitOfWork


class NotDue(Exception):
    """The order is not provisioned now (cancelled, the line is gone, or staff decide)."""


def open_asset(tenant: Tenant, order_id: str, line_id: str) -> Asset:
    """The line's asset, made from the order as the platform shows it now.

    Raises ``Unavailable`` while the order is missing or not due yet, ``NotDue`` when it never
    will be in its present state, and ``Refusal`` when the line breaks a rule.
    """
    with tenant.reading() as work:
        known = work.assets.of_order_line(line_id)
        installation = work.installations.by_id(tenant.id)
    if known:
        return known
    configuration = installation.configuration
    order, line = _due_line(tenant, order_id, line_id, configuration)
    with tenant.writing() as work:
        # Another worker may have been quicker; under the writer's lock this read is final.
        known = work.assets.of_order_line(line_id)
        if known:
            return known
        if not hold(tenant.ports, work, installation, order, [line]):
            return _made(tenant.ports, work, order, line, configuration)
    raise NotDue(f"order {order.number} seems to have been delivered before")


def defer(tenant: Tenant, line_id: str, attempt: int) -> None:
    """The line was not due: its next event starts a workflow of its own."""
    with tenant.writing() as work:
        work.deferred_lines.put_off(line_id, attempt + 1)


def refuse_line(tenant: Tenant, order_id: str, line_id: str, refusal: Refusal) -> None:
    """Report a line that breaks a rule to staff, as there is no asset with the reason."""
    at_platform = refusal.code in OF_PLATFORM
    cause = "the cause at the commerce platform" if at_platform else "the order or the catalogue"
    if refusal.field in TYPED:
        key = TYPED[refusal.field]
        cause = f"it at the line, under Metadata where the platform has that ('{key}')"
    number = None if refusal.message.startswith("Order ") else f"Order line {line_id}: "
    with tenant.writing() as work:
        work.problems.report(
            ProblemKind.ORDER_REFUSED,
            refused_key(order_id, line_id),
            message=f"{number or ''}{refusal.message}",
            next_step=f"Mend {cause}. It is provisioned again by itself within minutes, or at "
            "once by the button.",
            at=tenant.ports.clock(),
            order_id=order_id,
            action=ProblemAction.PROVISION_ORDER,
        )


#: The prefix of the key of a refused line's problem.
REFUSED = "order:"


def refused_key(order_id: str, line_id: str) -> str:
    """The key of a refused line's problem; closed when the line gets its asset."""
    return f"{REFUSED}{order_id}:{line_id}"


def check_line(work: UnitOfWork, order: Order, line: OrderLine) -> Product:
    """The product that the line sells. Raises ``Refusal`` when order or line breaks a rule.

    Its message names the order, the line and the field, as staff find them.
    """
    try:
        check_lines(order.lines)
        check_typed(line)
        return _product(work, line)
    except Refusal as refusal:
        where = name_of_line(order.lines.index(line), line.product_name)
        raise Refusal(
            refusal.code,
            f"Order {order.number}, {where}, {refusal.field}: {refusal.message}",
            field=refusal.field,
        ) from refusal


def _due_line(
    tenant: Tenant, order_id: str, line_id: str, configuration: Configuration
) -> tuple[Order, OrderLine]:
    order = tenant.platform.order(order_id)
    if order is None:
        raise PlatformUnavailable(f"the platform does not show order {order_id} yet")
    if order.status is OrderStatus.CANCELLED:
        raise NotDue(f"order {order.number} is cancelled")
    if not is_due(order, configuration.provision_on):
        what = awaited(order, configuration.provision_on)
        raise PlatformUnavailable(f"order {order.number} is not {what} yet")
    line = order.line(line_id)
    if line is None:
        raise NotDue(f"order {order.number} no longer has line {line_id}")
    return order, line


def _made(
    ports: Ports, work: UnitOfWork, order: Order, line: OrderLine, configuration: Configuration
) -> Asset:
    work.problems.resolve(refused_key(order.id, line.id), ports.clock())
    asset = _new_asset(ports, work, order, line, configuration)
    return work.assets.add(asset, Actor(ActorKind.PLATFORM, "order"), ports.clock())


def _new_asset(
    ports: Ports, work: UnitOfWork, order: Order, line: OrderLine, configuration: Configuration
) -> Asset:
    product = check_line(work, order, line)
    account = ensure_account(ports, work, order.customer)
    end_customer = (
        ensure_end_customer(ports, work, account, line.end_customer) if line.end_customer else None
    )
    return Asset(
        id=uuid4(),
        account_id=account.id,
        end_customer_id=end_customer.id if end_customer else None,
        product_id=product.id,
        product_type=product.product_type,
        sku=product.sku,
        name=product.name,
        friendly_name=seen(line.friendly_name or "").strip() or None,
        order_id=order.id,
        order_number=order.number,
        order_line_id=line.id,
        recipient_email=order.recipient_email,
        quantity=line.quantity,
        unit_price=line.unit_price,
        total=line.total,
        tax=line.tax,
        purchase_date=ports.clock(),
        expire_days=product.expire_days,
        validity_days=product.validity_days,
        refund_window_days=configuration.refund_window_days,
        time_zone=configuration.time_zone,
        coupon_source=configuration.source_of(product.product_type),
        # Documented: the invoice comes before the coupon code, so it may exist already.
        invoice=order.invoice,
    )


def _product(work: UnitOfWork, line: OrderLine) -> Product:
    bound = work.products.of_variants([line.variant_id]) if line.variant_id else {}
    if line.variant_id not in bound:
        raise Refusal(
            ErrorCode.NOT_FOUND,
            f"No BitTitan product is bound to the variant of '{line.sku}'.",
            field="sku",
        )
    return bound[line.variant_id]
