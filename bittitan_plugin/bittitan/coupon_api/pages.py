"""Reads lists page by page as they are consumed: never more than one page is in memory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from bittitan_plugin.bittitan.coupon_api.answers import BROKEN_ANSWER, AnswerError, PageAnswer
from bittitan_plugin.bittitan.coupon_api.calls import Call, Effect
from bittitan_plugin.bittitan.coupon_api.session import Session
from bittitan_plugin.domain.errors import Rejected

#: Rows asked for at a time; the contract's limit.
PAGE_SIZE = 100
#: Reading stops after this many broken pages in a row.
MOST_BROKEN_PAGES = 3
#: A list with more rows counts as endless.
LONGEST_LIST = 1_000_000


@dataclass(frozen=True)
class Row:
    """One row as it arrived."""

    position: int
    document: object


@dataclass(frozen=True)
class BrokenPage:
    """A page that cannot be read; ``position`` is where it would have begun."""

    position: int
    reason: str
    malformed: bool


def rows(
    session: Session, *, path: str, purpose: str, params: Mapping[str, str]
) -> Iterator[Row | BrokenPage]:
    """Every row of the list, and every page of it that cannot be read.

    After a broken page the next one is requested, unless it was the last by the total in a good
    page, or the third broken one in a row. The offset counts rows: what is added or removed while
    the list is read may be seen twice or not at all.
    """
    offset, total, broken = 0, None, 0
    while broken < MOST_BROKEN_PAGES and (total is None or offset < total):
        try:
            page = _page(session, path, purpose, {**params, "offset": offset, "count": PAGE_SIZE})
        except AnswerError as problem:
            yield BrokenPage(offset, problem.reason, problem.malformed)
            offset, broken = offset + PAGE_SIZE, broken + 1
            continue
        yield from map(Row, count(offset), page.items)
        if not page.items:
            return
        offset, total, broken = offset + len(page.items), page.total, 0
        if offset > LONGEST_LIST:
            raise Rejected(BROKEN_ANSWER, f"Could not {purpose}: the list does not end.")


def _page(session: Session, path: str, purpose: str, params: Mapping[str, str | int]) -> PageAnswer:
    call = Call(purpose=purpose, method="GET", path=path, effect=Effect.READ, params=params)
    return PageAnswer.read(session.document(call))
