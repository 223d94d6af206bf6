"""Reports low or empty stock, once per product type, and closes it automatically."""

from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.coupons import CouponSource
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.domain.stock import MOST_CODES
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.store.unit_of_work import UnitOfWork


def take_turn(work: UnitOfWork, product_type: ProductType) -> None:
    """Lock: until the transaction ends nobody else draws codes of that kind, or serves them.

    This keeps the order: waiting assets were offered all codes, so that nothing a newer order can
    take would have served an older one.
    """
    work.take_turns(f"stock:{product_type}")


def report_out_of_stock(ports: Ports, work: UnitOfWork, product_type: ProductType) -> None:
    """Report one more waiting order to staff, in one problem for all of them."""
    waiting = work.assets.count_waiting_for_stock(product_type)
    work.problems.report(
        ProblemKind.OUT_OF_STOCK,
        _out_key(product_type),
        message=f"{waiting} order line(s) wait for codes of {product_type.label}: "
        "the stock holds none that fit.",
        next_step="Make coupons in BitTitan's portal and import their codes; who waits is served "
        f"by itself, the oldest order first. At most {MOST_CODES} codes serve one order line: "
        "where there are licences enough, codes with more of them each are what is missing.",
        at=ports.clock(),
    )


def review(ports: Ports, work: UnitOfWork, product_type: ProductType) -> None:
    """Raise or close the problems about the present stock of that kind."""
    now = ports.clock()
    out, low = _out_key(product_type), f"low-stock:{product_type}"
    if work.problems.is_open(out) and not work.assets.count_waiting_for_stock(product_type):
        work.problems.resolve(out, now)
    configuration = work.installations.by_id(work.installation_id).configuration
    threshold, is_open = _threshold(configuration, product_type), work.problems.is_open(low)
    is_low = threshold > 0 and work.stock.holds_fewer_than(product_type, threshold, now)
    if is_low and not is_open:
        work.problems.report(
            ProblemKind.LOW_STOCK,
            low,
            message=f"Fewer than {threshold} licences of {product_type.label} are left in stock.",
            next_step="Make coupons in BitTitan's portal and import their codes.",
            at=now,
        )
    elif is_open and not is_low:
        work.problems.resolve(low, now)


def _threshold(configuration: Configuration, product_type: ProductType) -> int:
    """The threshold in licences; 0 where nothing of that kind is sold from stock."""
    from_stock = configuration.source_of(product_type) is CouponSource.STOCK
    return configuration.low_stock_threshold if from_stock else 0


def _out_key(product_type: ProductType) -> str:
    return f"out-of-stock:{product_type}"
