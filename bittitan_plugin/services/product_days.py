"""What a platform says of a product's days and the plugin does not take over: staff are told."""

from collections.abc import Sequence
from uuid import UUID

from bittitan_plugin.domain.catalogue import LONGEST_DAYS, SHORTEST_DAYS, Clocks, Product
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.services.ports import Ports


def judge_days(
    ports: Ports, installation_id: UUID, products: Sequence[tuple[Product, Clocks]]
) -> None:
    """Raise a problem for each product whose days are refused, and close it when they are mended.

    The same is said once; what staff put aside stays away until the platform says something else.
    """
    for product, clocks in products:
        key = f"days-refused:{product.id}"
        message = _message(product, clocks)
        with ports.store.reading(installation_id) as work:
            last = work.problems.last(key)
        stands = last is not None and (last.resolved_at is None or last.dismissed_by is not None)
        if (last.message if last is not None and stands else None) == message:
            continue
        with ports.store.writing(installation_id) as work:
            if message is None:
                work.problems.resolve(key, ports.clock())
                continue
            work.problems.report(
                ProblemKind.PRODUCT_DAYS_REFUSED,
                key,
                message=message,
                next_step="Mend it at the product on the platform; this closes by itself.",
                at=ports.clock(),
            )


def _message(product: Product, clocks: Clocks) -> str | None:
    if not clocks.refused:
        return None
    return (
        f"Product {product.name} ({product.sku}): {' and '.join(clocks.refused)} on the platform, "
        f"which is not taken over: it has to be a whole number of days from {SHORTEST_DAYS} to "
        f"{LONGEST_DAYS}. New sales go by the days before."
    )
