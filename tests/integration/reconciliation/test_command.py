"""``reconcile`` on the command line: progress, plain lines, JSON, and exit status."""

import io
import json
from typing import Any

import pytest
from rich.console import Console

from bittitan_plugin.cli import reconcile as reconciling
from bittitan_plugin.domain.orders import UnreadableOrder
from bittitan_plugin.domain.runs import RunKind, RunState
from bittitan_plugin.services import runs
from tests.fakes.host import line
from tests.integration.reconciliation.comparing import latest, missed
from tests.world import MAILBOX, Shop


def run(shop: Shop, key: str | None = None, **options: Any) -> tuple[int, str]:
    """Exit status and what was printed."""
    shop.world.clock.advance(hours=1)
    out = io.StringIO()
    console = Console(file=out, soft_wrap=True, force_terminal=options.pop("terminal", False))
    defaults = {"apply": False, "max_changes": 100, "console": console}
    status = reconciling.reconcile(shop.ports, key or shop.key, **{**defaults, **options})
    shop.settle()
    return status, out.getvalue()


def test_where_everything_agrees_it_says_so_and_ends_with_0(shop: Shop) -> None:
    shop.buy(line())
    status, said = run(shop)
    assert status == 0
    assert "1 orders and 1 assets compared, 1 coupons read" in said
    assert "everything agrees" in said


def test_where_an_order_cannot_be_read_it_does_not_say_that_everything_agrees(shop: Shop) -> None:
    shop.buy(line())
    shop.host.unreadable.append(
        UnreadableOrder(
            id="order-7", number="7", why="it has no lines.", variant_ids=frozenset({MAILBOX})
        )
    )
    status, said = run(shop)
    assert status == 1
    assert "not compared: Order 7 cannot be read: it has no lines. Mend it at the platform" in said
    assert "what was compared agrees; 1 could not be compared, see above" in said
    assert "everything agrees" not in said


def test_differences_that_stand_end_it_with_1(shop: Shop) -> None:
    missed(shop)
    status, said = run(shop)
    assert status == 1
    assert "MISSED_ORDER: Order 1 is due, but 25 × BitTitan Mailbox License" in said
    assert "nothing was changed; --apply mends it" in said


def test_differences_that_were_mended_end_it_with_0(shop: Shop) -> None:
    missed(shop)
    status, said = run(shop, apply=True)
    assert (status, shop.tally().issued) == (0, 1)
    assert "1 × MISSED_ORDER, 1 mended" in said


def test_a_limit_that_was_reached_is_said(shop: Shop) -> None:
    missed(shop)
    missed(shop)
    status, said = run(shop, apply=True, max_changes=1)
    assert status == 1
    assert "stopped after 1 changes: there may be more" in said


def test_json_is_one_object(shop: Shop) -> None:
    missed(shop)
    status, said = run(shop, as_json=True)
    told = json.loads(said)
    assert (status, told["found"], told["error"]) == (1, {"MISSED_ORDER": 1}, None)


def test_an_unknown_installation_ends_it_with_2(shop: Shop) -> None:
    status, said = run(shop, "nowhere")
    assert (status, said.strip()) == (2, "not finished: There is no installation 'nowhere'.")


def test_a_vendor_that_is_away_ends_it_with_2_and_the_run_says_why(shop: Shop) -> None:
    shop.buy(line())
    shop.sandbox.sandbox.faults.add("status", operation="changes", status=503)
    status, said = run(shop)
    ended = latest(shop)
    assert ended is not None
    assert (status, ended.state) == (2, RunState.FAILED)
    assert f"not finished: {ended.error}" in said


def test_beside_another_one_it_does_not_begin(shop: Shop) -> None:
    runs.begin(shop.tenant, RunKind.RECONCILIATION, "staff@example.com")
    out = io.StringIO()
    status = reconciling.reconcile(
        shop.ports, shop.key, apply=False, max_changes=1, console=Console(file=out)
    )
    assert status == 2
    assert "staff@example.com" in out.getvalue()


def test_without_a_terminal_progress_is_a_plain_line_now_and_then(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciling, "ROWS_PER_LINE", 100)
    for _ in range(250):
        missed(shop, paid=False)
    _, said = run(shop)
    assert [word for word in said.splitlines() if word.endswith("compared, 0 differences")] == [
        "100 compared, 0 differences",
        "200 compared, 0 differences",
    ]


def test_on_a_terminal_there_is_a_bar_and_then_the_result(shop: Shop) -> None:
    shop.buy(line())
    status, said = run(shop, terminal=True)
    assert status == 0
    assert "comparing" in said
    assert "everything agrees" in said


def test_no_code_is_printed(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.sandbox.sandbox.redeem(asset.coupon_id or "")
    (coupon,) = shop.sandbox.sandbox.ledger()
    assert coupon.code not in run(shop)[1]
