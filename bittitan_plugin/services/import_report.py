"""The report of *Get Services Definition*, while it runs and afterwards."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from bittitan_plugin.domain.catalogue import ProductType

#: Skipped rows that are listed; more are only counted. Our choice: nobody reads a longer list.
MOST_SKIPPED = 100


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """One row of the vendor's list that was not imported, and why."""

    #: Its place in the list, from 0.
    position: int
    #: None where the row could not be read.
    sku: str | None
    #: One sentence.
    reason: str


@dataclass(frozen=True, kw_only=True)
class TypeOutcome:
    """One of the two product types, and whether the platform had to make it."""

    product_type: ProductType
    created: bool


@dataclass(frozen=True, kw_only=True)
class ServicesDefinition:
    """What the import did (so far)."""

    product_types: tuple[TypeOutcome, ...] = ()
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    #: Variants of ours on the platform that are not in the list, and are followed from now.
    bound: int = 0
    #: The first ``MOST_SKIPPED`` of them.
    skipped: tuple[Skipped, ...] = ()
    skipped_count: int = 0

    @property
    def rows(self) -> int:
        """How many rows of the vendor's list were processed."""
        return self.created + self.updated + self.unchanged + self.skipped_count


class Report:
    """Counts while the work goes on, in bounded memory."""

    def __init__(self, progress: Callable[[ServicesDefinition], None] | None) -> None:
        self.created = self.updated = self.unchanged = self.bound = 0
        self._progress = progress
        self._types: tuple[TypeOutcome, ...] = ()
        self._skipped: list[Skipped] = []
        self._skipped_count = 0

    def types(self, created_slugs: Collection[str]) -> None:
        """Note the product types that had to be made."""
        self._types = tuple(
            TypeOutcome(product_type=kind, created=kind.slug in created_slugs)
            for kind in ProductType
        )

    def skip(self, position: int, sku: str | None, reason: str) -> None:
        """Note a row that was not imported."""
        self._skipped_count += 1
        if len(self._skipped) < MOST_SKIPPED:
            self._skipped.append(Skipped(position=position, sku=sku, reason=reason))

    def tell(self) -> None:
        """Report the progress to the caller."""
        if self._progress is not None:
            self._progress(self.so_far())

    def so_far(self) -> ServicesDefinition:
        """What was done until now."""
        return ServicesDefinition(
            product_types=self._types,
            created=self.created,
            updated=self.updated,
            unchanged=self.unchanged,
            bound=self.bound,
            skipped=tuple(self._skipped),
            skipped_count=self._skipped_count,
        )
