"""Does one thing to many rows of a list, each by itself, and says what became of each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from time import monotonic
from uuid import UUID

import structlog

from bittitan_plugin.web.admin.admin_page import SAID_NO, said

_log = structlog.get_logger(__name__)

#: After so long no further row is begun, and staff are asked whether to go on: whatever stands
#: between a browser and us gives an answer up after a minute or less. In seconds. Our choice.
ENOUGH_S = 20.0


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A row that was chosen, as people know it."""

    key: UUID
    name: str


@dataclass(frozen=True, kw_only=True)
class Deed:
    """What is done to each of the rows."""

    #: On the button, such as *Publish*.
    title: str
    #: What has become of them, such as *published*.
    done: str
    #: The use case; it must find what is done when it is repeated.
    do: Callable[[UUID], object]
    #: What is asked before, with the rows named below; empty where nothing is.
    question: str = ""
    #: The page that asks.
    template: str = "many-question.html"
    #: Which fields of the question are wrong, and why: then it is asked again.
    faults: Mapping[str, str] = field(default_factory=dict)
    #: What was typed into it.
    typed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What became of the rows."""

    done: tuple[Chosen, ...]
    #: Each with the sentence that says why not.
    failed: tuple[tuple[Chosen, str], ...]
    #: Those whose turn did not come.
    left: tuple[Chosen, ...]


def mark_of(rows: Sequence[Chosen]) -> str:
    """Identifies exactly these rows: what was asked about is what is done."""
    return sha256(",".join(sorted(str(row.key) for row in rows)).encode()).hexdigest()


def each(rows: Sequence[Chosen], do: Callable[[UUID], object]) -> Summary:
    """Do it to one row after the other; one that fails does not stop the others."""
    began, done, failed = monotonic(), list[Chosen](), list[tuple[Chosen, str]]()
    for number, row in enumerate(rows):
        if number and monotonic() - began >= ENOUGH_S:
            break
        try:
            do(row.key)
        except SAID_NO as no:
            failed.append((row, said(no)))
        except Exception as error:  # any failure concerns only this row
            _log.exception("row_failed", row=str(row.key))
            failed.append((row, f"It failed unexpectedly ({type(error).__name__}); see the log."))
        else:
            done.append(row)
    begun = len(done) + len(failed)
    return Summary(done=tuple(done), failed=tuple(failed), left=tuple(rows[begun:]))
