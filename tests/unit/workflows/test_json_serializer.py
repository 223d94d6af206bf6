"""What the workflow engine stores is JSON: readable by people, and never code."""

import json
import pickle
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from bittitan_plugin.workflows.engine.json_serializer import JsonSerializer
from tests.tables import every

SERIALIZER = JsonSerializer()
PLAIN = [
    None,
    True,
    0,
    -(2**70),
    0.1,
    "",
    "Grüße, 世界 \u2028 \x00 '\"",
    [],
    [1, [2, ["three"]]],
    {},
    {"ok": {"asset": "1", "seconds": None}},
    {"exception": "a field of that name"},
    {"exception": "ValueError", "message": "with more", "field": None},
]


@every("value", PLAIN)
def test_plain_values_come_back_as_they_went(value: object) -> None:
    assert SERIALIZER.deserialize(SERIALIZER.serialize(value)) == value


@every("value", PLAIN)
def test_what_is_stored_is_json(value: object) -> None:
    assert json.loads(SERIALIZER.serialize(value)) == value


def test_an_exception_comes_back_as_one_that_says_what_it_was() -> None:
    found = SERIALIZER.deserialize(SERIALIZER.serialize(ValueError("no such order")))
    assert isinstance(found, RuntimeError)
    assert str(found) == "ValueError: no such order"


def test_an_exception_is_stored_by_type_and_text_only() -> None:
    error = ValueError("no such order")
    error.secret = "hunter2"  # type: ignore[attr-defined]
    assert json.loads(SERIALIZER.serialize(error)) == {
        "exception": "ValueError",
        "message": "no such order",
    }


@every(
    "value",
    [uuid4(), Decimal("1.00"), datetime.now(UTC), {1, 2}, object(), b"bytes"],
)
def test_what_json_does_not_know_is_refused_when_it_is_stored(value: object) -> None:
    with pytest.raises(TypeError):
        SERIALIZER.serialize({"value": value})


def test_a_pickle_slipped_into_the_database_is_not_run() -> None:
    with pytest.raises(ValueError, match=r"codec|JSON|Expecting"):
        SERIALIZER.deserialize(pickle.dumps(print, protocol=0).decode("ascii"))


def test_its_rows_can_be_told_from_those_of_others() -> None:
    assert SERIALIZER.name() == "bittitan_json"
