"""From a paid order line to a coupon: the asset, its intent, the vendor's answer.

Each function is one step of a durable workflow: it can be interrupted anywhere and run again.
"""

from uuid import UUID, uuid4

from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.catalogue import Product
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.coupons import Coupon
from bittitan_plugin.domain.errors import ErrorCode, OutcomeUnknown, Refusal, Unavailable
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.orders import Order, OrderLine, OrderStatus, check_lines, is_due
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.services.accounts import ensure_account, ensure_end_customer
from bittitan_plugin.services.durable import SYNCHRONIZE, synchronize_id
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.store.unit_of_work import UnitOfWork
from bittitan_plugin.vendor.port import CouponRequest, CouponVendor

#: How the plugin's own changes are recorded.
SYSTEM = Actor(ActorKind.SYSTEM, "provisioning")
VENDOR = Actor(ActorKind.VENDOR, "BitTitan")


class NotDue(Exception):
    """The order will not be provisioned now (cancelled, or the line is gone)."""


def open_asset(ports: Ports, installation_id: UUID, order_id: str, line_id: str) -> Asset:
    """The line's asset, made from the order as the platform shows it now.

    Raises ``Unavailable`` while the order is not there or not due yet, ``NotDue`` when it never
    will be as it stands, and ``Refusal`` when the line breaks a rule.
    """
    with ports.store.reading(installation_id) as work:
        known = work.assets.of_order_line(line_id)
        configuration = work.installations.by_id(installation_id).configuration
    if known:
        return known
    order, line = _due_line(ports, installation_id, order_id, line_id, configuration)
    with ports.store.writing(installation_id) as work:
        # Another worker may have been quicker; the writer's lock makes this look final.
        known = work.assets.of_order_line(line_id)
        if known:
            return known
        asset = _new_asset(ports, work, order, line, configuration)
        return work.assets.add(asset, Actor(ActorKind.PLATFORM, "order"), ports.clock())


def defer(ports: Ports, installation_id: UUID, line_id: str, attempt: int) -> None:
    """The line was not due: its next event starts a workflow of its own."""
    with ports.store.writing(installation_id) as work:
        work.deferred_lines.put_off(line_id, attempt + 1)


def refuse_line(ports: Ports, installation_id: UUID, order_id: str, refusal: Refusal) -> None:
    """The line breaks a rule, so there is no asset to carry the reason: staff are told."""
    with ports.store.writing(installation_id) as work:
        work.problems.report(
            ProblemKind.ORDER_REFUSED,
            f"order:{order_id}:{refusal.field}",
            message=refusal.message,
            next_step="Mend the order or the catalogue, then let the platform send it again.",
            at=ports.clock(),
        )


def obtain_coupon(ports: Ports, installation_id: UUID, asset_id: UUID) -> Asset:
    """Obtain the asset's coupon and record it; look first if it may have been issued before.

    Raises ``Rejected`` when the vendor says no, ``Unavailable`` when it is to be tried again,
    ``Refusal`` ACCOUNT_NOT_SYNCHRONIZED when staff must synchronize the account first.
    """
    with ports.store.writing(installation_id) as work:
        asset = work.assets.get(asset_id)
        if asset.has_coupon or asset.status is not AssetStatus.ACTIVE:
            return asset
        account = work.accounts.get(asset.account_id)
        if account.partner_id is None:
            raise Refusal(
                ErrorCode.ACCOUNT_NOT_SYNCHRONIZED,
                f"The account {account.email} is not synchronized with BitTitan.",
            )
        asked_before = asset.requested_at is not None
        # Intent before effect: committed before the vendor is called.
        work.assets.change(asset_id, lambda a: a.requested(ports.clock()), SYSTEM, ports.clock())
        configuration = work.installations.by_id(installation_id).configuration
    vendor = ports.vendors.of(configuration)
    coupon = vendor.find(asset.reference) if asked_before else None
    if coupon is None:
        coupon = _issue(vendor, asset, account.partner_id)
    return _record(ports, installation_id, asset_id, coupon)


def say_delayed(
    ports: Ports, installation_id: UUID, asset_id: UUID, code: ErrorCode, message: str
) -> None:
    """Put on the record why there is no coupon yet."""
    with ports.store.writing(installation_id) as work:
        work.assets.change(asset_id, lambda a: a.delayed(code, message), VENDOR, ports.clock())


def fail(
    ports: Ports, installation_id: UUID, asset_id: UUID, code: ErrorCode, message: str
) -> bool:
    """No coupon can be obtained: state it on the asset and raise a problem. True when it is new."""
    with ports.store.writing(installation_id) as work:
        asset = work.assets.change(
            asset_id, lambda a: a.failed(code, message), VENDOR, ports.clock()
        )
        if asset.provisioning_status is not ProvisioningStatus.FAILED:
            return False
        return work.problems.report(
            ProblemKind.PROVISIONING_FAILED,
            _problem(asset_id),
            message=f"No coupon for order {asset.order_number} ({asset.name}): {message}",
            next_step="Mend the cause, then choose Synchronize on the asset.",
            at=ports.clock(),
            asset_id=asset_id,
        )


def synchronize(ports: Ports, installation_id: UUID, asset_id: UUID, actor: Actor) -> Asset:
    """Ask again for the coupon of a failed or waiting asset; does nothing when there is one.

    Raises ``Refusal`` when the plugin is off or the asset is (being) cancelled.
    """
    with ports.store.writing(installation_id) as work:
        work.installations.by_id(installation_id).check_active()
        asset = work.assets.get(asset_id, for_update=True)
        if asset.status is not AssetStatus.ACTIVE:
            raise Refusal(ErrorCode.ALREADY_CANCELLED, "This asset is cancelled.", field="id")
        if asset.has_coupon:
            return asset
        asset = work.assets.change(asset_id, Asset.retried, actor, ports.clock())
        work.enqueue(SYNCHRONIZE, synchronize_id(asset_id, asset.version), str(asset_id))
        return asset


def _due_line(
    ports: Ports, installation_id: UUID, order_id: str, line_id: str, configuration: Configuration
) -> tuple[Order, OrderLine]:
    order = ports.hosts.of(installation_id).order(order_id)
    if order is None:
        raise Unavailable(f"the platform does not show order {order_id} yet")
    if order.status is OrderStatus.CANCELLED:
        raise NotDue(f"order {order.number} is cancelled")
    if not is_due(order, configuration.provision_on):
        raise Unavailable(f"order {order.number} is not {configuration.provision_on} yet")
    line = order.line(line_id)
    if line is None:
        raise NotDue(f"order {order.number} no longer has line {line_id}")
    check_lines(order.lines)
    return order, line


def _new_asset(
    ports: Ports, work: UnitOfWork, order: Order, line: OrderLine, configuration: Configuration
) -> Asset:
    product = _product(work, line)
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
        friendly_name=line.friendly_name,
        order_id=order.id,
        order_number=order.number,
        order_line_id=line.id,
        recipient_email=order.recipient_email,
        quantity=line.quantity,
        unit_price=line.unit_price,
        purchase_date=ports.clock(),
        expire_days=product.expire_days,
        validity_days=product.validity_days,
        refund_window_days=configuration.refund_window_days,
        coupon_source=configuration.coupon_source,
    )


def _product(work: UnitOfWork, line: OrderLine) -> Product:
    bound = work.products.of_variants([line.variant_id]) if line.variant_id else {}
    if line.variant_id not in bound:
        raise Refusal(
            ErrorCode.NOT_FOUND,
            f"No BitTitan product is bound to the variant of '{line.sku}'.",
            field=f"{line.id}.sku",
        )
    return bound[line.variant_id]


def _issue(vendor: CouponVendor, asset: Asset, partner_id: str) -> Coupon:
    request = CouponRequest(
        reference=asset.reference,
        partner_id=partner_id,
        sku=asset.sku,
        quantity=asset.quantity,
        expire_days=asset.expire_days,
        validity_days=asset.validity_days,
    )
    try:
        return vendor.issue(request)
    except OutcomeUnknown as unknown:
        found = vendor.find(asset.reference)
        if found is None:
            # It may still be under way; a later attempt looks again before it asks again.
            raise Unavailable(unknown.message) from unknown
        return found


def _record(ports: Ports, installation_id: UUID, asset_id: UUID, coupon: Coupon) -> Asset:
    code = ports.cipher.seal(coupon.code)
    with ports.store.writing(installation_id) as work:
        known = work.assets.get(asset_id, for_update=True)
        if known.has_coupon:
            code = known.coupon_code or code
        asset = work.assets.change(
            asset_id,
            lambda a: a.provisioned(coupon.id, code, coupon.status, coupon.expires_at),
            VENDOR,
            ports.clock(),
        )
        work.problems.resolve(_problem(asset_id), ports.clock())
    return asset


def _problem(asset_id: UUID) -> str:
    return f"provisioning:{asset_id}"
