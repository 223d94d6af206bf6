"""One round of a duty through what it looks after: no item keeps the others waiting.

The one place where an item that raises is set aside: it is logged, staff are told which it is, the
round goes on, and the next round comes back to it.
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
from bittitan_plugin.services.ports import Ports

#: What stands in the way of every item alike: the platform, BitTitan or the database is away.
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
    """Something that a duty looks after."""

    id: UUID | str
    #: What it is, as staff find it: "the cancellation request of order 1001".
    name: str
    asset_id: UUID | None = None
    order_id: str | None = None


class Round:
    """Use it as a context manager; ``duty`` names what is done, for the log and for the problems.

    ``complete`` says that the round comes to every item there is, so that a problem about any
    other one is over. What leaves the block by an exception closes nothing.
    """

    def __init__(
        self, ports: Ports, installation_id: UUID, duty: str, *, complete: bool = True
    ) -> None:
        self._ports = ports
        self._installation_id = installation_id
        self._duty = duty
        self._complete = complete
        self._well: set[str] = set()
        #: What stood in an item's way, by the key of its problem.
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

        Raises what would stand in the way of every other item as well.
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
        """Tell staff of what was set aside, once; close what is well again."""
        with self._ports.store.reading(self._installation_id) as work:
            known = work.problems.not_over(self._prefix)
        over = (known - self._set_aside.keys()) if self._complete else known & self._well
        new = self._set_aside.keys() - known
        if not over and not new:
            return
        now = self._ports.clock()
        with self._ports.store.writing(self._installation_id) as work:
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
    ports: Ports,
    installation_id: UUID,
    duty: str,
    due: Iterable[Due],
    called: str,
    act: Callable[[Due], object],
) -> None:
    """A complete round through what is due; ``called`` says what of an order it is."""
    with Round(ports, installation_id, duty) as round_:
        for each in due:
            name = f"{called} order {each.order_number}"
            round_.do(Item(id=each.id, name=name, asset_id=each.asset_id), partial(act, each))


def _spoken(error: Exception) -> str:
    """Why, in a sentence. What is unforeseen may quote a secret, so only its name is told."""
    if isinstance(error, BitTitanError):
        return str(error)
    return f"unexpected {type(error).__name__}."
