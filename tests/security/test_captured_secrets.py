"""The search that goes with every test of the suite finds what it is for."""

import pytest

from bittitan_plugin.bittitan.sandbox import DEFAULT_PASSWORD
from bittitan_plugin.domain.coupons import masked
from tests.captured_secrets import secrets_in
from tests.integration.stock.shelf import new_code

SIGNED = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyIn0.c2lnbmF0dXJlLW9mLWEtdG9rZW4"

LEAKY = """
import sys

def test_prints(): print({code!r})
def test_writes_to_standard_error(): print("code=" + {code!r}, file=sys.stderr)
def test_says_nothing(): print({mask!r})
"""


@pytest.mark.parametrize(
    "text",
    [
        "sold as ABCDE-FGHJK-LMNPQ-RST23.",
        f"login with {DEFAULT_PASSWORD}",
        f"cookie session={SIGNED}; path=/",
        "Authorization: Bearer 4f1c2a9be77d4c0fa3e1b0aa",
    ],
    ids=["code", "password", "token", "header"],
)
def test_each_kind_is_known_by_its_form(text: str) -> None:
    assert len(secrets_in(text)) == 1


@pytest.mark.parametrize("text", [masked("ABCDE-FGHJK-LMNPQ-RST23"), "Ticket expired", ""])
def test_what_is_masked_or_only_named_is_no_secret(text: str) -> None:
    assert secrets_in(text) == []


def test_a_test_during_which_a_code_was_written_fails_and_does_not_repeat_it(
    pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str]
) -> None:
    code = new_code()
    pytester.makepyfile(LEAKY.format(code=code, mask=masked(code)))
    ran = pytester.runpytest_inprocess("-p", "tests.captured_secrets", "-p", "no:cacheprovider")
    ran.assert_outcomes(failed=2, passed=1)
    lines = [line for line in capsys.readouterr().out.splitlines() if " holds " in line]
    assert lines  # twice as many where the summary is not cut to the terminal's width
    assert not any(code in line for line in lines)
