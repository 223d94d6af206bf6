"""Kinds of failure that must never be mistaken for one another."""

from itertools import permutations

import pytest

from bittitan_plugin.domain.errors import (
    BitTitanError,
    OutcomeUnknown,
    Refusal,
    Rejected,
    Unavailable,
)

KINDS = (Refusal, Rejected, Unavailable, OutcomeUnknown)


@pytest.mark.parametrize(("one", "other"), list(permutations(KINDS, 2)))
def test_no_kind_of_failure_is_a_case_of_another(
    one: type[BitTitanError], other: type[BitTitanError]
) -> None:
    assert not issubclass(one, other)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_an_error_of_this_project(kind: type[Exception]) -> None:
    assert issubclass(kind, BitTitanError)
