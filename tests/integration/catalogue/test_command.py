"""``services-definition`` on the command line: progress, plain lines, JSON, and exit status."""

import io
import json
from typing import Any

import pytest
from rich.console import Console

from bittitan_plugin.cli import fetch as fetching
from bittitan_plugin.cli.fetch import fetch_services_definition
from tests.integration.catalogue.market import Market, row


def run(market: Market, key: str = "default", **options: Any) -> tuple[int, str]:
    """Exit status and what was printed."""
    out = io.StringIO()
    console = Console(file=out, soft_wrap=True, force_terminal=options.pop("terminal", False))
    return fetch_services_definition(market.ports, key, console=console, **options), out.getvalue()


def test_it_says_what_it_did(market: Market) -> None:
    market.vendor_lists(row("A"), row("B", amount="abc"))
    status, said = run(market)
    assert status == 0
    assert "product type BitTitan Mailbox License: created" in said
    assert "2 rows: 1 created, 0 updated, 0 unchanged, 1 skipped" in said
    assert "skipped row 1: list_price.amount cannot be read" in said


def test_run_again_everything_is_there_already(market: Market) -> None:
    run(market)
    _, said = run(market)
    assert "product type BitTitan Mailbox License: there already" in said
    assert "5 rows: 0 created, 0 updated, 5 unchanged, 0 skipped" in said


def test_what_is_not_listed_is_counted(market: Market) -> None:
    market.vendor_lists(*("nothing" for _ in range(104)))
    assert "and 4 more skipped" in run(market)[1]


def test_variants_bound_beside_the_list_are_mentioned(market: Market) -> None:
    market.switch(active=False)
    market.offer("HOUSE-1")
    market.switch()
    assert "1 other variant(s) of the platform bound" in run(market)[1]


def test_without_a_terminal_progress_is_a_plain_line_now_and_then(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "ROWS_PER_LINE", 200)
    market.vendor_lists(*(row(f"A-{number:03}") for number in range(500)))
    _, said = run(market)
    assert [line.split(" rows")[0] for line in said.splitlines() if " rows: " in line] == [
        "200",
        "400",
        "500",
    ]
    assert "\x1b" not in said


def test_on_a_terminal_there_is_a_bar(market: Market) -> None:
    status, said = run(market, terminal=True)
    assert status == 0
    assert "asking BitTitan" in said or "━" in said


def test_scripts_get_one_json_object(market: Market) -> None:
    market.vendor_lists(row("A"), "nothing")
    status, said = run(market, as_json=True)
    document = json.loads(said)
    assert (status, document["created"], document["skipped_count"]) == (0, 1, 1)
    assert (document["skipped"][0]["position"], document["error"]) == (1, None)


@pytest.mark.parametrize("as_json", [True, False])
def test_a_failure_ends_with_status_1_and_says_why(market: Market, as_json: bool) -> None:
    market.sandbox.sandbox.faults.add("status", operation="products", status=503)
    status, said = run(market, as_json=as_json)
    assert status == 1
    assert json.loads(said)["error"] if as_json else "not finished: " in said


def test_switched_off_it_says_so(market: Market) -> None:
    market.switch(active=False)
    status, said = run(market)
    assert (status, "switched off" in said) == (1, True)


def test_an_unknown_installation_is_named(market: Market) -> None:
    status, said = run(market, "elsewhere")
    assert (status, "There is no installation 'elsewhere'." in said) == (1, True)
