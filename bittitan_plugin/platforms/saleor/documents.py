"""Loads the GraphQL documents for Saleor: one per file, so that each can be linted and validated.

``operations/`` has our requests, ``subscriptions/`` the contents of webhooks' bodies, and
``fragments/`` what both share; the fragments a document spreads are appended to it. A document
that begins with ``mutation`` changes something at Saleor, which decides what a lost answer means.
"""

import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

_SPREAD = re.compile(r"\.\.\.\s*(BitTitan\w+)")


@dataclass(frozen=True, kw_only=True)
class Document:
    """One GraphQL operation."""

    #: The file's name without its extension, which is the operation's name too.
    name: str
    text: str = field(repr=False)
    #: Whether it changes anything at Saleor.
    writes: bool


@cache
def document(name: str) -> Document:
    """The operation in ``operations/<name>.graphql``, with the fragments it spreads."""
    text = _read("operations", name)
    return Document(name=name, text=with_fragments(text), writes=_first_word(text) == "mutation")


@cache
def subscription(name: str) -> str:
    """The query in ``subscriptions/<name>.graphql``, with the fragments it spreads."""
    return with_fragments(_read("subscriptions", name))


def with_fragments(text: str) -> str:
    """A document followed by every fragment it spreads, directly or through another, once each."""
    needed: dict[str, str] = {}
    waiting = _SPREAD.findall(text)
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed[name] = _read("fragments", name)
            waiting += _SPREAD.findall(needed[name])
    return "\n".join([text, *(needed[name] for name in sorted(needed))])


def names() -> list[str]:
    """The names of all operations, in alphabetical order."""
    found = (path.name for path in files(__package__).joinpath("operations").iterdir())
    return sorted(name.removesuffix(".graphql") for name in found if name.endswith(".graphql"))


def _read(folder: str, name: str) -> str:
    return files(__package__).joinpath(folder, f"{name}.graphql").read_text(encoding="utf-8")


def _first_word(text: str) -> str:
    code = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return next(code, "").split(maxsplit=1)[0]
