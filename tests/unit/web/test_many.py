"""Doing one thing to many: whatever goes wrong with one of them is said, and stops no other."""

from uuid import UUID, uuid4

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.web.admin.many import Chosen, each, mark_of

ROWS = [Chosen(key=uuid4(), name=name) for name in ("first", "second", "third")]


def test_an_unforeseen_error_is_named_without_its_words_and_stops_no_other() -> None:
    def do(key: UUID) -> None:
        if key == ROWS[0].key:
            raise ZeroDivisionError("something secret")
        if key == ROWS[1].key:
            raise Refusal(ErrorCode.INVALID, "It is sold out.")

    summary = each(ROWS, do)
    assert summary.done == (ROWS[2],)
    (_, unforeseen), (_, refused) = summary.failed
    assert "ZeroDivisionError" in unforeseen
    assert "secret" not in unforeseen
    assert refused == "It is sold out."


def test_the_mark_is_of_the_rows_whatever_their_order() -> None:
    assert mark_of(ROWS) == mark_of(ROWS[::-1]) != mark_of(ROWS[:2])
