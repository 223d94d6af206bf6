"""What a platform says of a product's days and the plugin does not take over: staff are told."""

from collections.abc import Sequence
from uuid import UUID

from bittitan_plugin.domain.catalogue import LONGEST_DAYS, SHORTEST_DAYS, Clocks, Product
from bittitan_plugin.domain.problems import Problem, ProblemKind
from bittitan_plugin.services.ports import Ports


def judge_days(
    ports: Ports, installation_id: UUID, products: Sequence[tuple[Product, Clocks]]
) -> None:
    """Raise a problem for each product whose days are refused, and close it when they are mended.

    The same is said once; what staff put aside stays away until the platform says something else.
    """
    said = {_key(product): _message(product, clocks) for product, clocks in products}
    with ports.store.reading(installation_id) as work:
        known = {key: work.problems.not_over_by_key(key) for key in said}
    news = {key: text for key, text in said.items() if text != _told(known[key])}
    if not news:
        return
    with ports.store.writing(installation_id) as work:
        for key, message in news.items():
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


def _key(product: Product) -> str:
    return f"days-refused:{product.id}"


def _told(problem: Problem | None) -> str | None:
    return problem.message if problem else None


def _message(product: Product, clocks: Clocks) -> str | None:
    if not clocks.refused:
        return None
    return (
        f"Product {product.name} ({product.sku}): {' and '.join(clocks.refused)} on the platform, "
        f"which is not taken over: it has to be a whole number of days from {SHORTEST_DAYS} to "
        f"{LONGEST_DAYS}. New sales go by the days before."
    )
