"""A customer cancels, or asks for it: terms first, once, and never on an outdated page."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from bittitan_plugin.base.patience import Patience
from bittitan_plugin.domain.assets import AssetStatus
from bittitan_plugin.services.cancelling import requests as cancellation_requests
from bittitan_plugin.services.cancelling.stock_revocation import confirm
from tests.integration.portal.browsing import Counter, Page, at
from tests.integration.stock.shelf import bring_in, revocation_of, row
from tests.world import STAFF

AUTOMATIC: dict[str, Any] = {"automatic_cancellation": "true", "automatic_cancellation_limit": ""}
BY_REQUEST: dict[str, Any] = {"automatic_cancellation": "false"}


@pytest.fixture
def automatic(counter: Counter) -> Counter:
    """Customers may cancel without staff."""
    counter.storefront.shop.configure(**AUTOMATIC)
    return counter


@pytest.fixture(autouse=True)
def _by_request_again(counter: Counter) -> Iterator[None]:
    yield
    counter.storefront.shop.configure(**BY_REQUEST)


def asked(counter: Counter, key: UUID, **values: str) -> Page:
    """The page after the customer sent the form of a fresh terms page."""
    visitor = counter.reseller
    return visitor.send(visitor.open(at(key, "/cancel")).form("/cancel"), **values)


def test_the_terms_are_shown_first_and_change_nothing(counter: Counter) -> None:
    key = counter.bought()
    text = counter.reseller.open(at(key, "/cancel")).text
    for words in (
        "All 25 licences",
        "a part of them cannot be",
        "350.00 USD is credited",
        "Our staff decide",
        "15 days left",
    ):
        assert words in text
    assert counter.requests(key) == []


def test_asking_makes_one_request_with_the_comment(counter: Counter) -> None:
    key = counter.bought()
    page = asked(counter, key, comment="Ordered <twice>")
    assert page.path == at(key)
    assert "You asked for it on" in page.text
    assert "Ordered <twice>" in page.text
    assert counter.requests(key) == ["PENDING"]


def test_after_asking_the_list_says_so(counter: Counter) -> None:
    asked(counter, counter.bought())
    assert "Cancellation asked for" in counter.reseller.open("/portal/").text


def test_a_double_click_asks_once(counter: Counter) -> None:
    key, visitor = counter.bought(), counter.reseller
    form = visitor.open(at(key, "/cancel")).form("/cancel")
    pages = [visitor.send(form) for _ in range(2)]
    assert [page.path for page in pages] == [at(key)] * 2
    assert counter.requests(key) == ["PENDING"]


def test_a_second_tab_is_told_what_the_first_one_did(counter: Counter) -> None:
    key, visitor = counter.bought(), counter.reseller
    visitor.send(visitor.open(at(key, "/cancel")).form("/cancel"))
    page = visitor.open(at(key, "/cancel"))
    assert "You have asked for this already" in page.text
    assert not page.offers("/cancel")


def test_where_it_is_automatic_it_is_cancelled_at_once_and_credited_once(
    automatic: Counter,
) -> None:
    key = automatic.bought()
    page = asked(automatic, key)
    automatic.storefront.shop.settle()
    again = automatic.reseller.open(at(key)).text
    assert page.path == at(key)
    assert automatic.asset(key).status is AssetStatus.CANCELLED
    assert [c.status for c in automatic.storefront.shop.sandbox.sandbox.ledger()] == ["CANCELLED"]
    assert "Credit invoice" in again
    assert "The code no longer works." in again


def test_a_cancellation_that_takes_its_time_is_said_to_be_under_way(
    automatic: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bittitan_plugin.web.portal.acting.PATIENCE", Patience(pauses=1))
    key = automatic.bought()
    faults = automatic.storefront.shop.sandbox.sandbox.faults
    faults.add("status", operation="cancel", status=503)
    page = asked(automatic, key)
    faults.clear()
    automatic.storefront.shop.settle()
    assert "Your cancellation is under way." in page.text
    assert "Being cancelled" in page.text
    assert automatic.asset(key).status is AssetStatus.CANCELLED


def test_the_terms_of_an_automatic_cancellation_say_that_it_is_final(automatic: Counter) -> None:
    text = automatic.reseller.open(at(automatic.bought(), "/cancel")).text
    assert "It happens at once and cannot be undone." in text


def test_a_double_click_cancels_once(automatic: Counter) -> None:
    key, visitor = automatic.bought(), automatic.reseller
    form = visitor.open(at(key, "/cancel")).form("/cancel")
    assert [visitor.send(form).path for _ in range(2)] == [at(key)] * 2
    automatic.storefront.shop.settle()
    order = automatic.storefront.order(automatic.asset(key).order_id)
    assert len(order["invoices"]) == 2


def test_a_page_that_is_out_of_date_says_what_changed_and_does_nothing(counter: Counter) -> None:
    key, visitor = counter.bought(), counter.reseller
    form = visitor.open(at(key, "/cancel")).form("/cancel")
    other_tab = visitor.open(at(key)).form("/name")
    visitor.send(other_tab, name="Renamed meanwhile")
    page = visitor.send(form, comment="Called off")
    assert page.status == 409
    assert "Something changed since this page was made" in page.text
    assert "The friendly name: now Renamed meanwhile." in page.text
    assert page.form("/cancel").fields["comment"].strip() == "Called off"
    assert counter.requests(key) == []


def test_after_looking_again_the_fresh_page_goes_through(counter: Counter) -> None:
    key, visitor = counter.bought(), counter.reseller
    form = visitor.open(at(key, "/cancel")).form("/cancel")
    visitor.send(visitor.open(at(key)).form("/name"), name="Renamed meanwhile")
    visitor.send(visitor.send(form).form("/cancel"))
    assert counter.requests(key) == ["PENDING"]


def test_whoever_wanted_to_ask_does_not_cancel_at_once_unawares(counter: Counter) -> None:
    key, visitor = counter.bought(), counter.reseller
    form = visitor.open(at(key, "/cancel")).form("/cancel")
    counter.storefront.shop.configure(**AUTOMATIC)
    page = visitor.send(form)
    assert (page.status, "It is now cancelled at once." in page.text) == (409, True)
    assert counter.asset(key).status is AssetStatus.ACTIVE


@pytest.mark.parametrize("left_out", ["version", "seen", "automatic"])
def test_a_form_that_does_not_say_what_was_shown_does_nothing_unawares(
    automatic: Counter, left_out: str
) -> None:
    key, visitor = automatic.bought(), automatic.reseller
    form = visitor.open(at(key, "/cancel")).form("/cancel")
    page = visitor.send(form, **{left_out: "nonsense"})
    automatic.storefront.shop.settle()
    # When it was shown only helps to say what changed.
    went_through = left_out == "seen"
    assert page.status == (200 if went_through else 409)
    assert (automatic.asset(key).status is AssetStatus.CANCELLED) is went_through


def test_a_comment_that_is_too_long_is_kept_and_its_field_named(counter: Counter) -> None:
    key = counter.bought()
    page = asked(counter, key, comment="x" * 1001)
    assert page.status == 422
    assert "It has 1001 characters; at most 1000 are accepted." in page.text
    assert len(page.form("/cancel").fields["comment"].strip()) == 1001


def test_too_late_is_refused_with_the_reason(counter: Counter) -> None:
    key, visitor = counter.bought(), counter.reseller
    form = visitor.open(at(key, "/cancel")).form("/cancel")
    clock = counter.storefront.shop.world.clock
    clock.now = counter.asset(key).purchase_date + timedelta(days=17)
    # Signed in anew: sessions do not last that long.
    visitor = counter.reseller
    token = visitor.open("/portal/").form("/sign-out").fields["csrftoken"]
    page = visitor.send(form, csrftoken=token)
    assert page.status == 409
    assert "It could be cancelled for 15 days after the purchase" in page.text
    assert counter.requests(key) == []


def test_a_redeemed_coupon_is_not_taken_back_and_the_page_says_so(automatic: Counter) -> None:
    key = automatic.bought()
    (coupon,) = automatic.storefront.shop.sandbox.sandbox.ledger()
    automatic.storefront.shop.sandbox.sandbox.redeem(coupon.id)
    page = asked(automatic, key)
    assert page.status == 409
    assert "BitTitan says the coupon code has been redeemed" in page.text
    assert automatic.asset(key).credit_invoice is None


def test_a_request_can_be_withdrawn(counter: Counter) -> None:
    key, visitor = counter.bought(), counter.reseller
    page = visitor.send(visitor.open(at(key, "/cancel")).form("/cancel"))
    after = visitor.send(page.form("/withdraw"))
    assert "Your request has been withdrawn." in after.text
    assert counter.requests(key) == ["WITHDRAWN"]


def test_withdrawing_twice_is_no_error(counter: Counter) -> None:
    key, visitor = counter.bought(), counter.reseller
    form = visitor.send(visitor.open(at(key, "/cancel")).form("/cancel")).form("/withdraw")
    assert [visitor.send(form).status for _ in range(2)] == [200, 200]


def test_what_staff_decided_meanwhile_cannot_be_withdrawn_and_the_page_says_so(
    counter: Counter,
) -> None:
    key, visitor, shop = counter.bought(), counter.reseller, counter.storefront.shop
    form = visitor.send(visitor.open(at(key, "/cancel")).form("/cancel")).form("/withdraw")
    staff = counter.site.platform.identity.viewer(str(counter.storefront.staff.id))
    request_id = UUID(form.fields["request"])
    cancellation_requests.reject(shop.tenant, request_id, staff.actor, "It was used")
    page = visitor.send(form)
    assert (page.status, "This request has been refused" in page.text) == (409, True)


@pytest.mark.parametrize("request_id", ["nonsense", str(UUID(int=1))])
def test_a_request_that_does_not_exist_cannot_be_withdrawn(
    counter: Counter, request_id: str
) -> None:
    key, visitor = counter.bought(), counter.reseller
    form = visitor.send(visitor.open(at(key, "/cancel")).form("/cancel")).form("/withdraw")
    assert visitor.send(form, request=request_id).status == 404
    assert counter.requests(key) == ["PENDING"]


def test_the_request_of_another_licence_cannot_be_withdrawn_with_ones_own(
    counter: Counter,
) -> None:
    first, second, visitor = counter.bought(), counter.bought(), counter.reseller
    form = visitor.send(visitor.open(at(first, "/cancel")).form("/cancel")).form("/withdraw")
    form.action = at(second, "/withdraw")
    assert visitor.send(form).status == 404
    assert counter.requests(first) == ["PENDING"]


@pytest.mark.parametrize("part", ["/cancel", "/withdraw", "/name", "/email"])
def test_nobody_changes_the_licence_of_another(counter: Counter, part: str) -> None:
    key = counter.bought()
    counter.storefront.buy(counter.storefront.stranger)
    stranger = counter.visitor(counter.storefront.stranger)
    form = stranger.open("/portal/").form("/sign-out")
    form.action = at(key, part)
    fields = {"request": str(uuid4()), "once": str(uuid4()), "name": "Mine", "version": "1"}
    sent = len(counter.storefront.emails)
    page = stranger.send(form, **fields)
    assert (page.status, page.text.count("There is no such licence.")) == (404, 1)
    assert counter.asset(key).friendly_name is None
    assert len(counter.storefront.emails) == sent


@pytest.mark.parametrize("part", ["/cancel", "/withdraw", "/name", "/email"])
def test_a_form_without_its_token_is_refused(counter: Counter, part: str) -> None:
    key = counter.bought()
    answer = counter.reseller.request("POST", at(key, part), data={"name": "Forged"})
    assert answer.status_code == 403
    assert counter.asset(key).friendly_name is None


def test_while_the_plugin_is_off_everything_can_be_read_and_nothing_done(counter: Counter) -> None:
    key, visitor = counter.bought(), counter.reseller
    form = visitor.open(at(key, "/cancel")).form("/cancel")
    counter.storefront.shop.configure(active=False)
    page, refused = visitor.open(at(key)), visitor.send(form)
    counter.storefront.shop.configure()
    assert "Licences are on hold at the moment." in page.text
    assert page.status == 200
    assert (refused.status, "switched off" in refused.text) == (409, True)
    assert counter.requests(key) == []


def test_after_the_session_has_ended_one_signs_in_and_is_back_on_the_page(
    counter: Counter,
) -> None:
    key, visitor = counter.bought(), counter.reseller
    form = visitor.open(at(key, "/cancel")).form("/cancel")
    counter.storefront.shop.world.clock.advance(hours=11)
    came_from = f"http://shop.example{at(key, '/cancel')}"
    answer = visitor.request("POST", form.action, data=form.fields, headers={"Referer": came_from})
    assert Page(answer).form("/sign-in").fields["next"] == at(key, "/cancel")
    assert counter.requests(key) == []


# Sold from stock: staff take the code back by hand


@pytest.fixture
def stocked(automatic: Counter) -> Iterator[Counter]:
    """Customers may cancel what came from a stock of codes."""
    shop = automatic.storefront.shop
    shop.configure(coupon_source="STOCK")
    bring_in(shop, row(25))
    yield automatic
    shop.configure(coupon_source="API")


def test_a_code_from_stock_is_being_cancelled_until_staff_took_it_back(stocked: Counter) -> None:
    key = stocked.bought(25)
    page = asked(stocked, key)
    assert "Your cancellation is under way." in page.text
    assert "Being cancelled" in page.text
    assert "Ready to redeem" not in page.text
    shop = stocked.storefront.shop
    confirm(shop.tenant, revocation_of(shop, stocked.asset(key)).id, STAFF)
    shop.settle()
    assert "It has been cancelled." in stocked.reseller.open(at(key)).text
    assert stocked.asset(key).credit_invoice is not None


def test_what_waits_for_staff_is_among_the_cancelled(stocked: Counter) -> None:
    key = stocked.bought(25)
    asked(stocked, key)
    assert at(key) in stocked.reseller.open("/portal/?status=cancelled").links
    assert at(key) not in stocked.reseller.open("/portal/?status=ready").links
