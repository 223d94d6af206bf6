"""Steps after success: retried on their own, never undoing the sale, taken up again by hand."""

from collections import deque
from collections.abc import Iterable

import pytest

from bittitan_plugin.domain.errors import BitTitanError, OutcomeUnknown, Rejected, Unavailable
from bittitan_plugin.domain.problems import ProblemKind
from tests.fakes.host import line
from tests.world import SOLD, Shop

AWAY = Unavailable("away for a while")
REFUSED = Rejected("NO", "not like that")


def fail(shop: Shop, step: str, failures: Iterable[BitTitanError]) -> None:
    """The platform's method, or the mail server, fails like that from now on."""
    if step == "mail":
        shop.world.mailer.failures.extend(failures)
    else:
        shop.host.failures[step] = deque(failures)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("step", ["fulfilled", "invoice", "mail"])
@pytest.mark.parametrize("failure", [AWAY, OutcomeUnknown("the connection broke")], ids=type)
def test_a_step_that_fails_five_times_is_done_in_the_end(
    shop: Shop, step: str, failure: BitTitanError
) -> None:
    fail(shop, step, [failure] * 5)

    shop.buy(line())

    assert shop.tally() == SOLD


@pytest.mark.parametrize("step", ["fulfilled", "invoice", "mail"])
def test_a_step_that_is_refused_leaves_the_sale_standing(shop: Shop, step: str) -> None:
    fail(shop, step, [REFUSED])

    assert shop.buy(line()).provisioning_status == "SYNCHRONIZED"


@pytest.mark.parametrize("step", ["fulfilled", "invoice", "mail"])
def test_a_step_that_is_refused_becomes_a_problem(shop: Shop, step: str) -> None:
    fail(shop, step, [REFUSED])
    shop.buy(line())

    assert [problem.kind for problem in shop.problems()] == [ProblemKind.FOLLOW_UP_FAILED]


@pytest.mark.parametrize("step", ["fulfilled", "invoice", "mail"])
def test_a_refused_step_is_taken_up_again_by_synchronizing(shop: Shop, step: str) -> None:
    fail(shop, step, [REFUSED])
    asset = shop.buy(line())

    shop.synchronize(asset)

    assert (shop.tally(), shop.problems()) == (SOLD, [])


def test_what_was_settled_is_not_begun_again_because_a_later_step_is(shop: Shop) -> None:
    fail(shop, "fulfilled", [REFUSED])
    fail(shop, "mail", [AWAY] * 2)

    shop.buy(line())

    tally = shop.tally()
    assert (tally.deliveries, tally.mail, len(shop.problems())) == (0, ("welcome",), 1)


def test_a_refused_step_does_not_keep_the_later_ones_from_happening(shop: Shop) -> None:
    fail(shop, "fulfilled", [REFUSED])
    shop.buy(line())

    assert [sent.template for sent in shop.mail] == ["welcome"]


def test_an_unexpected_fault_of_the_platform_does_not_lose_the_order(shop: Shop) -> None:
    shop.host.failures["order"] = deque([KeyError("a defect")])  # type: ignore[list-item]

    shop.buy(line())

    assert shop.tally() == SOLD


def test_an_order_that_is_invoiced_later_is_sold_without_an_invoice(shop: Shop) -> None:
    shop.host.invoicing = False

    assert shop.buy(line()).invoice is None


def test_synchronizing_a_sound_asset_changes_nothing(shop: Shop) -> None:
    asset = shop.buy(line())

    assert (shop.synchronize(asset), shop.tally()) == (asset, SOLD)


def test_what_was_done_is_not_begun_again_because_a_later_step_is(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(shop.host, "fulfilled", lambda line: told.append(line.order_line_id))
    fail(shop, "mail", [AWAY] * 3)

    asset = shop.buy(line())

    assert (told, shop.tally().mail) == ([asset.order_line_id], ("welcome",))
