"""Lists that are short by nature, filtered and sorted in memory."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette_admin.filters import FilterGroup

from bittitan_plugin.store.queries.browsing import Criteria, Criterion, Test
from bittitan_plugin.web.admin.admin_context import office_of
from bittitan_plugin.web.admin.filters import criteria_of
from bittitan_plugin.web.admin.lists import OfficeList


class ShortList(OfficeList):
    """A list read whole; its rows have one attribute per column."""

    @abstractmethod
    async def rows(self, request: Request) -> Sequence[Any]:
        """Every row."""

    async def find_all(
        self,
        request: Request,
        skip: int = 0,
        limit: int = 100,
        q: str | None = None,
        sorts: Sequence[tuple[str, str]] | None = None,
        filters: FilterGroup | None = None,
    ) -> Sequence[Any]:
        """The rows of one page."""
        found = await self._matching(request, q, filters)
        for name, direction in reversed(list(sorts or ())):
            found.sort(key=lambda row: _sortable(getattr(row, name)), reverse=direction == "desc")
        return found[skip:] if limit < 0 else found[skip : skip + limit]

    async def count(
        self, request: Request, q: str | None = None, filters: FilterGroup | None = None
    ) -> int:
        """How many rows match."""
        return len(await self._matching(request, q, filters))

    async def find_by_pks(self, request: Request, pks: list[Any]) -> Sequence[Any]:
        """The rows chosen for an export."""
        return [row for row in await self.rows(request) if str(row.id) in set(map(str, pks))]

    async def _matching(
        self, request: Request, q: str | None, filters: FilterGroup | None
    ) -> list[Any]:
        criteria = criteria_of(filters, office_of(request).zone)
        wanted = (q or "").strip().lower()
        return [
            row
            for row in await self.rows(request)
            if _holds(row, criteria) and any(wanted in str(value).lower() for value in _texts(row))
        ]


def _texts(row: Any) -> list[object]:
    return [value for value in vars(row).values() if isinstance(value, str)]


def _holds(row: Any, criteria: Criteria) -> bool:
    answers = [
        _holds(row, part) if isinstance(part, Criteria) else _compared(row, part)
        for part in criteria.parts
    ]
    return not answers or (any(answers) if criteria.any_of else all(answers))


def _compared(row: Any, criterion: Criterion) -> bool:
    value = getattr(row, criterion.field)
    match criterion.test:
        case Test.ONE_OF:
            return str(value) in criterion.value
        case Test.NONE_OF:
            return str(value) not in criterion.value
        case Test.CONTAINS:
            return criterion.value.lower() in str(value or "").lower()
        case Test.FROM:
            return value is not None and bool(value >= criterion.value)
        case Test.UNTIL:
            return value is not None and bool(value <= criterion.value)
        case Test.IS_EMPTY:
            return not value
        case Test.IS_SET:
            return bool(value)


def _sortable(value: Any) -> tuple[bool, Any]:
    return value is None, str(value).lower() if isinstance(value, str) else value
