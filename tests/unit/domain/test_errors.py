"""Kinds of failure that must never be mistaken for one another."""

import re
from itertools import permutations
from pathlib import Path

import bittitan_plugin
from bittitan_plugin.domain.errors import (
    OF_PLATFORM,
    BitTitanError,
    OutcomeUnknown,
    PlatformOutcomeUnknown,
    PlatformRejected,
    PlatformUnavailable,
    Refusal,
    Rejected,
    Unavailable,
)
from tests.tables import every

KINDS = (Refusal, Rejected, Unavailable, OutcomeUnknown)


@every("one, other", list(permutations(KINDS, 2)))
def test_no_kind_of_failure_is_a_case_of_another(
    one: type[BitTitanError], other: type[BitTitanError]
) -> None:
    assert not issubclass(one, other)


@every("kind", KINDS)
def test_every_kind_is_an_error_of_this_project(kind: type[Exception]) -> None:
    assert issubclass(kind, BitTitanError)


@every(
    "of_platform, kind",
    [
        (PlatformRejected, Rejected),
        (PlatformUnavailable, Unavailable),
        (PlatformOutcomeUnknown, OutcomeUnknown),
    ],
)
def test_what_the_platform_does_not_do_is_of_the_same_kind_and_wears_another_name(
    of_platform: type[Rejected], kind: type[Rejected]
) -> None:
    assert issubclass(of_platform, kind)
    assert of_platform.reported_as in OF_PLATFORM
    assert kind.reported_as not in OF_PLATFORM


def test_no_platform_raises_a_failure_in_bittitans_name() -> None:
    hosts = Path(bittitan_plugin.__file__).parent / "platforms"
    raised = re.compile(r"\b(?:raise|return) (?:Rejected|Unavailable|OutcomeUnknown)\(")
    sources = {path.name: path.read_text(encoding="utf-8") for path in hosts.rglob("*.py")}
    assert [name for name, source in sources.items() if raised.search(source)] == []
