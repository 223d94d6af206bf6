"""No hook without a test of its own."""

import re
from pathlib import Path

import pytest

from tests.unit.hooks.test_specs import HOOKS

TESTS = Path(__file__).parents[2]
TESTED = {
    name
    for file in TESTS.rglob("test_*.py")
    for name in re.findall(r"^def test_hook_(\w+)\(", file.read_text("utf-8"), re.MULTILINE)
}


@pytest.mark.parametrize("hook", HOOKS)
def test_the_hook_has_a_test_named_after_it(hook: str) -> None:
    assert hook in TESTED, f"write test_hook_{hook}"


def test_no_test_is_named_after_a_hook_that_does_not_exist() -> None:
    assert sorted(TESTED - HOOKS.keys()) == []
