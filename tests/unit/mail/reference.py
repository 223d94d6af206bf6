"""Writes docs/reference/email-templates.md from the declarations; ``make format`` runs it."""

import inspect
import sys
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from types import NoneType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from bittitan_plugin.domain.emails import EMAILS, Email, SaleSummary, Values

HEAD = """# The e-mails

Written by `make format` from `bittitan_plugin/domain/emails.py`. What the values are, and how to
word an e-mail yourself, says [emails.md](emails.md).

Every template takes `sender` (the address it is sent from), `support_address` (where questions are
welcome; the sender's where there is none) and `brand_name` (the name of the shop), and every one
about a sale (all but those with a `link`) what it is about: {about}.

A `?` marks what may be None when there is nothing to say; it must still be given.
"""
SECTION = """
## `{kind.template}`
- To: {kind.to}. When: {when}
- Values: {values}
"""


@dataclass(frozen=True)
class Value:
    """One value of a template, as it is declared."""

    name: str
    type: Any
    note: str

    @property
    def is_optional(self) -> bool:
        return NoneType in get_args(self.type)

    def __str__(self) -> str:
        note = f" ({self.note})" if self.note else ""
        return f"`{self.name}`{'?' if self.is_optional else ''}{note}"


def values_of(group: type) -> Iterator[Value]:
    """What the templates of an e-mail take, the values of its groups each on its own."""
    assert is_dataclass(group)
    hints = get_type_hints(group, include_extras=True)
    for name in (each.name for each in fields(group)):
        kind, note = get_args(hints[name]) if is_annotated(hints[name]) else (hints[name], "")
        if isinstance(kind, type) and issubclass(kind, Values):
            yield from values_of(kind)
        else:
            yield Value(name, kind, note)


def is_annotated(hint: object) -> bool:
    return get_origin(hint) is Annotated


def page() -> str:
    about = ", ".join(map(str, values_of(SaleSummary)))
    return HEAD.format(about=about) + "".join(map(section, EMAILS.values()))


def section(kind: type[Email]) -> str:
    common = set(values_of(SaleSummary))
    values = ", ".join(str(value) for value in values_of(kind) if value not in common)
    when = " ".join((inspect.getdoc(kind) or "").split())
    return SECTION.format(kind=kind, when=when, values=values or "no others")


if __name__ == "__main__":
    sys.stdout.write(page())
