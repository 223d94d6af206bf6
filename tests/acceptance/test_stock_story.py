"""A stock as a distributor lives it: import, order, wait, restock, cancel, confirm, credit."""

from collections.abc import Iterator

import pytest

from tests.acceptance.stock_story import Story, told
from tests.empty_database import KINDS, empty_database


@pytest.fixture(scope="module", params=KINDS)
def story(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Story]:
    directory = tmp_path_factory.mktemp("stock")
    with (
        empty_database(request.param, directory) as database_url,
        told(database_url, directory / "var") as finished,
    ):
        yield finished


def test_the_product_types_are_made_without_any_vendor(story: Story) -> None:
    assert len(story["definition"]["productTypes"]) == 2


def test_a_dry_run_says_what_the_import_then_does(story: Story) -> None:
    assert (story["dry run"]["new"], story["dry run"]["kept"]) == (1, False)
    assert (story["imported"]["new"], story["imported"]["kept"]) == (1, True)


def test_importing_the_file_again_adds_nothing(story: Story) -> None:
    assert (story["imported again"]["new"], story["imported again"]["known"]) == (0, 1)


def test_the_first_order_is_served_from_the_imported_file(story: Story) -> None:
    assert story["first"]["couponCode"] == "GEN-A-10"
    assert any("GEN-A-10" in text for text in story.mails("welcome"))


def test_the_second_order_waits_and_everyone_knows(story: Story) -> None:
    assert story["waiting"]["provisioningStatus"] == "PENDING"
    assert story["waiting"]["provisioningError"]["code"] == "OUT_OF_STOCK"
    assert len(story.mails("out_of_stock")) == 1
    assert story["problems while waiting"] == ["OUT_OF_STOCK"]


def test_restocking_by_command_serves_the_order_with_two_codes(story: Story) -> None:
    assert (story["restocked"]["new"], story["restocked"]["served"]) == (2, 1)
    assert story["served"]["couponCodes"] == ["GEN-B-15", "GEN-B-10"]
    assert any("GEN-B-15 GEN-B-10" in text for text in story.mails("welcome"))


def test_nothing_is_credited_before_staff_confirm_the_revocation(story: Story) -> None:
    assert story["cancelled"]["status"] == "AWAITING_REVOCATION"
    assert story["before the confirmation"]["creditInvoice"] is None
    assert [code["code"] for code in story["revocation"]["codes"]] == ["GEN-A-10"]


def test_the_confirmed_cancellation_is_credited_once(story: Story) -> None:
    assert story["credited"]["status"] == "CANCELLED"
    assert story["credited"]["creditInvoice"] is not None
    assert [e["code"] for e in story["confirmed again"]["errors"]] == ["REQUEST_DECIDED"]
    assert len(story.mails("cancelled")) == 1


def test_the_report_tells_what_was_sold(story: Story) -> None:
    (mailbox, _) = story["report"]["types"]
    assert mailbox["free"] == {"codes": 0, "licenses": 0}
    assert mailbox["weeks"][-1]["amount"] == {"codes": 3, "licenses": 35}


def test_the_list_shows_every_code_masked_and_what_became_of_it(story: Story) -> None:
    assert "GEN-" not in story["list"]
    assert story["list"].count("ALLOCATED") == 2
    assert story["list"].count("REVOKED") == 1


def test_in_the_end_nothing_needs_a_person(story: Story) -> None:
    assert story["problems at last"] == []
