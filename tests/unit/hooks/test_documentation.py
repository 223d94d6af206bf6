"""docs/reference/hooks.md tells of every hook, and of exactly the fields of its event."""

import re
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

from bittitan_hooks import events
from tests.tables import every
from tests.unit.hooks.test_specs import HOOKS

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "hooks.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### `(\w+)`\n(.*?)(?=^#|\Z)", PAGE, flags=re.MULTILINE | re.DOTALL))
VALUES = dict(re.findall(r"^- `(\w+Value|ConfigurationItem)`: (.*)$", PAGE, flags=re.MULTILINE))
EVERY_HOOK = every("hook", HOOKS)


def documented(text: str) -> dict[str, bool]:
    """Each field named in ``text``, and whether it is marked as one that may be left out."""
    return {name: mark == "?" for name, mark in re.findall(r"`(\w+)`(\??)", text)}


def actual(kind: Any) -> dict[str, bool]:
    if is_dataclass(kind):
        return {field.name: field.default is not MISSING for field in fields(kind)}
    return {name: not field.is_required() for name, field in kind.model_fields.items()}


def test_every_hook_is_documented_and_no_other() -> None:
    assert set(SECTIONS) == set(HOOKS)


@EVERY_HOOK
def test_its_event_is_documented_with_exactly_its_fields(hook: str) -> None:
    kind = get_type_hints(HOOKS[hook]).get("event")
    (line,) = re.findall(r"^- Event: (.*)$", SECTIONS[hook], flags=re.MULTILINE)
    name, _, listed = line.partition(": ")
    expected = ("none", {}) if kind is None else (f"`{kind.__name__}`", actual(kind))
    assert (name, documented(listed)) == expected


@EVERY_HOOK
def test_it_is_said_when_it_fires_and_what_comes_back(hook: str) -> None:
    assert re.search(r"^- Fires: \w.*\.\n- Back: .*\w", SECTIONS[hook], flags=re.MULTILINE)


def test_every_value_that_events_are_made_of_is_documented() -> None:
    kinds = {
        name
        for name, kind in vars(events).items()
        if isinstance(kind, type)
        and issubclass(kind, events.Event.__mro__[1])
        and not issubclass(kind, events.Event)
        and not name.startswith("_")
    }
    assert set(VALUES) == kinds


@every("value", sorted(VALUES))
def test_a_value_is_documented_with_exactly_its_fields(value: str) -> None:
    assert documented(VALUES[value]) == actual(getattr(events, value))
