"""One round of a timetable task through its items: a failing item does not stop the others.

The only place where an item that raises is set aside: it is logged, staff are notified of it, the
round continues, and the next round tries it again.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Self, TypeVar
from uuid import UUID

import structlog
from sqlalchemy import exc

from bittitan_plugin.domain.due import Due
from bittitan_plugin.domain.errors import BitTitanError, OutcomeUnknown, Unavailable
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.services.ports import Tenant

#: Errors that would stop every item: the platform, BitTitan or the database is down.
OF_ALL = (
    Unavailable,
    OutcomeUnknown,
    exc.OperationalError,
    exc.InterfaceError,
    exc.InternalError,
    exc.TimeoutError,
)

T = TypeVar("T")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Item:
    """One item of a timetable task."""

    id: UUID | str
    #: Its name for staff: "the cancellation request of order 1001".
    name: str
    asset_id: UUID | None = None
    order_id: str | None = None


class Round:
    """Use it as a context manager; ``duty`` names the task, for the log and for the problems.

    ``complete`` says that the round covers every item, so that problems about all others are
    closed. If the block raises, nothing is closed.
    """

    def __init__(self, tenant: Tenant, duty: str, *, complete: bool = True) -> None:
        self._tenant = tenant
        self._duty = duty
        self._complete = complete
        self._well: set[str] = set()
        #: The items that failed with their errors, by the key of their problem.
        self._set_aside: dict[str, tuple[Item, str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            self._say()

    def do(self, item: Item, act: Callable[[], T]) -> T | None:
        """Do it for this item; None when it raised and was set aside.

        Raises errors that would stop every other item too.
        """
        try:
            done = act()
        except OF_ALL:
            raise
        except Exception as error:
            _log.exception(
                "item_set_aside", duty=self._duty, item=str(item.id), error=type(error).__name__
            )
            self._set_aside[self._key(item)] = (item, _spoken(error))
            return None
        self._well.add(self._key(item))
        return done

    def _key(self, item: Item) -> str:
        return f"{self._prefix}{item.id}"

    @property
    def _prefix(self) -> str:
        return f"set-aside:{self._duty}:"

    def _say(self) -> None:
        """Raise a problem for each item set aside; close those of items that work again."""
        with self._tenant.reading() as work:
            known = work.problems.not_over(self._prefix)
        over = (known - self._set_aside.keys()) if self._complete else known & self._well
        new = self._set_aside.keys() - known
        if not over and not new:
            return
        now = self._tenant.ports.clock()
        with self._tenant.writing() as work:
            for key in over:
                work.problems.resolve(key, now)
            for key in new:
                item, why = self._set_aside[key]
                work.problems.report(
                    ProblemKind.FOLLOW_UP_FAILED,
                    key,
                    message=f"{self._duty.capitalize()}: {item.name} is set aside: {why}",
                    next_step="It is tried again by itself at every look, and this closes when "
                    "it goes well; the others are looked after meanwhile. The cause is in the "
                    "plugin's log under 'item_set_aside'.",
                    at=now,
                    asset_id=item.asset_id,
                    order_id=item.order_id,
                )


def look_after(
    tenant: Tenant, duty: str, due: Iterable[Due], called: str, act: Callable[[Due], object]
) -> None:
    """A complete round through what is due; ``called`` names the kind of item of an order."""
    with Round(tenant, duty) as round_:
        for each in due:
            name = f"{called} order {each.order_number}"
            round_.do(Item(id=each.id, name=name, asset_id=each.asset_id), partial(act, each))


def _spoken(error: Exception) -> str:
    """The reason, in a sentence. Of an unexpected error only its name: it may quote a secret."""
    if isinstance(error, BitTitanError):
        return str(error)
    return f"unexpected {type(error).__name__}."
