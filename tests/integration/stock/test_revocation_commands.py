"""Revocations from the command line: what waits, confirmed or found used, each once."""

import json
from io import StringIO

import pytest
from rich.console import Console

from bittitan_plugin.cli.revoke import Decide, decide_revocation, list_revocations
from bittitan_plugin.domain.assets import Asset, AssetStatus
from bittitan_plugin.services.cancelling.stock_revocation import confirm, report_redeemed
from tests.fakes.host import line
from tests.integration.stock.shelf import bring_in, code_of, from_stock, revocation_of, row
from tests.world import Shop


@pytest.fixture
def seller(shop: Shop) -> Shop:
    return from_stock(shop)


@pytest.fixture
def awaited(seller: Shop) -> Asset:
    """A sale whose code staff have to revoke."""
    bring_in(seller, row(25))
    return seller.cancel(seller.buy(line(quantity=25)))


def listed(seller: Shop, *, as_json: bool = False, key: str | None = None) -> tuple[int, str]:
    console = Console(file=StringIO(), soft_wrap=True, highlight=False)
    status = list_revocations(seller.ports, key or seller.key, as_json=as_json, console=console)
    return status, console.file.getvalue()  # type: ignore[attr-defined]


def decided(seller: Shop, revocation: object, decide: Decide = confirm) -> tuple[int, str]:
    console = Console(file=StringIO(), soft_wrap=True, highlight=False)
    status = decide_revocation(seller.ports, seller.key, str(revocation), decide, console=console)
    seller.settle()
    return status, console.file.getvalue()  # type: ignore[attr-defined]


def test_what_waits_is_listed_with_its_code_masked(seller: Shop, awaited: Asset) -> None:
    code = code_of(seller, awaited)
    status, said = listed(seller)
    assert status == 0
    assert str(revocation_of(seller, awaited).id) in said
    assert f"…{code[-4:]}" in said
    assert code not in said


def test_a_script_reads_the_same_as_json(seller: Shop, awaited: Asset) -> None:
    (found,) = json.loads(listed(seller, as_json=True)[1])
    assert found["id"] == str(revocation_of(seller, awaited).id)
    assert (found["order"], found["licences"]) == (awaited.order_number, 25)


def test_where_nothing_waits_nothing_is_listed(seller: Shop) -> None:
    assert listed(seller, as_json=True) == (0, "[]\n")


def test_confirming_cancels_and_credits_once(seller: Shop, awaited: Asset) -> None:
    key = revocation_of(seller, awaited).id
    assert decided(seller, key) == (0, f"order {awaited.order_number}, 25 licences: cancelled\n")
    status, said = decided(seller, key)
    assert (status, "was confirmed already" in said) == (1, True)
    assert seller.asset(awaited.id).credit_invoice is not None
    assert len(seller.host.credits) == 1


def test_a_code_that_had_been_used_lets_the_sale_stand(seller: Shop, awaited: Asset) -> None:
    key = revocation_of(seller, awaited).id
    assert decided(seller, key, report_redeemed)[0] == 0
    assert seller.asset(awaited.id).status is AssetStatus.ACTIVE
    assert seller.host.credits == {}


def test_it_is_recorded_who_did_it(seller: Shop, awaited: Asset) -> None:
    decided(seller, revocation_of(seller, awaited).id)
    with seller.tenant.reading() as work:
        actors = {entry.actor.name for entry in work.assets.history([awaited.id])[awaited.id]}
    assert "command line" in actors


@pytest.mark.parametrize("key", ["nonsense", "00000000-0000-4000-8000-000000000000"])
@pytest.mark.usefixtures("awaited")
def test_what_is_no_revocation_is_refused_in_words(seller: Shop, key: str) -> None:
    status, said = decided(seller, key)
    assert (status, "There is no such revocation" in said) == (1, True)


def test_an_unknown_installation_is_said(seller: Shop) -> None:
    assert listed(seller, key="nowhere") == (1, "There is no installation 'nowhere'.\n")
