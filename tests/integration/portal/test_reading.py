"""What a customer reads in the portal, and what it never gets to see."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from bittitan_plugin.services.cancelling import requests as cancellation_requests
from bittitan_plugin.store.tables import AssetRow
from bittitan_plugin.web.portal import licenses
from tests.by_hand import ShopByHand
from tests.integration.ordering.storefront import person
from tests.integration.portal.browsing import Counter, at
from tests.statements import statements_of


def test_the_list_shows_what_one_bought_the_newest_first(counter: Counter) -> None:
    counter.bought(friendly_name="First wave")
    counter.storefront.shop.world.clock.advance(hours=1)
    counter.bought(friendly_name="Second wave")
    text = counter.reseller.open("/portal/").text
    assert text.index("Second wave") < text.index("First wave")


def test_the_list_says_for_whom_a_licence_was_bought(counter: Counter) -> None:
    counter.bought(end_customer_email="it@fabrikam.example", end_customer_name="Fabrikam")
    assert "25 licences for Fabrikam" in counter.reseller.open("/portal/").text


def test_one_licence_is_not_many(counter: Counter) -> None:
    counter.bought(1)
    assert "1 licence " in counter.reseller.open("/portal/").text


def test_a_customer_that_never_bought_is_told_so(counter: Counter) -> None:
    stranger = counter.visitor(counter.storefront.stranger)
    assert "There are no licences yet." in stranger.open("/portal/").text


def test_nobody_sees_the_licences_of_others_in_the_list(counter: Counter) -> None:
    counter.bought(friendly_name="Nobody's business")
    counter.storefront.buy(counter.storefront.stranger)
    stranger = counter.visitor(counter.storefront.stranger)
    assert "Nobody's business" not in stranger.open("/portal/").text


@pytest.mark.parametrize("part", ["", "/cancel"])
def test_the_licence_of_another_looks_as_if_it_did_not_exist(counter: Counter, part: str) -> None:
    key = counter.bought()
    counter.storefront.buy(counter.storefront.stranger)
    page = counter.visitor(counter.storefront.stranger).open(at(key, part))
    assert (page.status, "There is no such licence." in page.text) == (404, True)


def test_the_code_is_shown_whole_to_whoever_bought_it(counter: Counter) -> None:
    key = counter.bought()
    (coupon,) = counter.storefront.shop.sandbox.sandbox.ledger()
    assert coupon.code in counter.reseller.open(at(key)).text


def test_the_list_shows_no_code(counter: Counter) -> None:
    counter.bought()
    (coupon,) = counter.storefront.shop.sandbox.sandbox.ledger()
    assert coupon.code not in counter.reseller.open("/portal/").answer.text


def test_a_code_that_cannot_be_read_is_no_failure_of_the_page(counter: Counter) -> None:
    key = counter.bought()
    shop = counter.storefront.shop
    with shop.tenant.writing() as work:
        broken = update(AssetRow).where(AssetRow.id == key).values(coupon_code="unreadable")
        work.session.execute(broken)
    page = counter.reseller.open(at(key))
    assert (page.status, "cannot be shown at the moment" in page.text) == (200, True)


def test_both_clocks_are_explained_apart(counter: Counter) -> None:
    text = counter.reseller.open(at(counter.bought())).text
    assert "Entering the code Before " in text
    assert "Using the licences 365 days" in text


def test_instants_are_in_the_time_zone_of_the_instance(counter: Counter) -> None:
    text = counter.reseller.open(at(counter.bought())).text
    assert "Bought on 10 Mar 2026, 11:30 EET" in text


def test_money_carries_its_currency(counter: Counter) -> None:
    text = counter.reseller.open(at(counter.bought())).text
    assert "350.00 USD (14.00 USD each)" in text


def test_the_days_left_to_cancel_are_counted(counter: Counter) -> None:
    key = counter.bought()
    counter.storefront.shop.world.clock.advance(days=2)
    assert "13 days left" in counter.reseller.open(at(key)).text


def test_after_the_window_it_says_that_it_is_too_late(counter: Counter) -> None:
    key = counter.bought()
    counter.storefront.shop.world.clock.advance(days=17)
    page = counter.reseller.open(at(key))
    assert "It could be cancelled for 15 days" in page.text
    assert at(key, "/cancel") not in page.links


def test_a_code_that_has_not_come_yet_is_on_its_way(
    counter: Counter, seller: ShopByHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter.storefront.buy(counter.storefront.reseller)
    seller.sandbox.sandbox.faults.add("status", operation="issue", status=503)
    completed = counter.storefront.checkout(counter.storefront.reseller)
    pages, wait = list[str](), seller.hands.wait_until

    def meanwhile(at: datetime) -> None:
        assert any(a["provisioningError"] for a in _assets(counter, completed["order"]["id"]))
        pages.append(counter.reseller.open("/portal/?status=waiting").text)
        seller.sandbox.sandbox.faults.clear()
        wait(at)

    monkeypatch.setattr(seller.hands, "wait_until", meanwhile)
    seller.settle()
    (text,) = pages
    assert "Code on its way" in text


def _assets(counter: Counter, order_id: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = counter.storefront.order(order_id)["bittitanAssets"]
    return found


def test_a_failed_delivery_says_that_staff_look_into_it(counter: Counter) -> None:
    faults = counter.storefront.shop.sandbox.sandbox.faults
    faults.add("status", operation="issue", status=400)
    key = counter.bought()
    faults.clear()
    assert "Our staff know and look into it" in counter.reseller.open(at(key)).text


def test_what_a_buyer_typed_is_text_and_never_markup(counter: Counter) -> None:
    key = counter.bought(friendly_name="<script>alert(1)</script>")
    for path in ("/portal/", at(key), at(key, "/cancel")):
        assert "<script>alert" not in counter.reseller.open(path).answer.text


def test_pages_are_kept_by_no_cache_and_run_no_foreign_script(counter: Counter) -> None:
    headers = counter.reseller.open(at(counter.bought())).answer.headers
    assert headers["cache-control"] == "no-store"
    assert "script-src 'self';" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/portal/", "/portal/end-customers", "/portal/?q=berlin"])
def test_nobody_signed_in_is_led_back_after_signing_in(counter: Counter, path: str) -> None:
    email = "walk-in-" + counter.storefront.reseller.email
    counter.storefront.platform.customers.create(email=email, password="long enough")
    visitor = counter.visitor(None)
    page = visitor.open(path)
    assert page.path == "/sign-in"
    arrived = visitor.send(page.form("/sign-in"), email=email, password="long enough")
    assert arrived.answer.url.raw_path.decode() == path


def test_staff_are_told_that_the_portal_is_for_customers(counter: Counter) -> None:
    page = counter.visitor(counter.storefront.staff).open("/portal/")
    assert (page.status, "a customer's account" in page.text) == (403, True)


def test_a_reseller_lists_its_end_customers_and_nobody_elses(counter: Counter) -> None:
    counter.bought(end_customer_email="it@fabrikam.example", end_customer_name="Fabrikam")
    counter.storefront.buy(counter.storefront.stranger, end_customer_email="it@secret.example")
    text = counter.reseller.open("/portal/end-customers").text
    assert "Fabrikam it@fabrikam.example" in text
    assert "secret.example" not in text
    assert counter.storefront.reseller.email not in text.split("Whoever you bought")[1]


def test_of_more_end_customers_than_are_listed_every_one_can_be_found(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(licenses, "MOST_END_CUSTOMERS", 2)
    for company in ("Contoso", "Fabrikam", "Litware"):
        address = f"it@{company.lower()}.example"
        counter.bought(end_customer_email=address, end_customer_name=company)
    page = counter.reseller.open("/portal/end-customers")
    assert ("Litware" in page.text, "These are the first 2" in page.text) == (False, True)
    found = counter.reseller.open("/portal/end-customers?q=litw").text
    assert ("Litware" in found, "Contoso" in found) == (True, False)


def test_the_licences_of_one_end_customer_can_be_listed(counter: Counter) -> None:
    counter.bought(friendly_name="For them", end_customer_email="it@fabrikam.example")
    counter.bought(friendly_name="For ourselves")
    visitor = counter.reseller
    (link,) = [li for li in visitor.open("/portal/end-customers").links if "?for=" in li]
    text = visitor.open(link).text
    assert ("For them" in text, "For ourselves" in text) == (True, False)


def test_what_was_bought_for_oneself_can_be_listed(counter: Counter) -> None:
    counter.bought(friendly_name="For them", end_customer_email="it@fabrikam.example")
    counter.bought(friendly_name="Our own")
    text = counter.reseller.open("/portal/?for=us").text
    assert ("For them" in text, "Our own" in text) == (False, True)


def test_a_search_finds_friendly_names(counter: Counter) -> None:
    counter.bought(friendly_name="Berlin office")
    counter.bought(friendly_name="Paris office")
    text = counter.reseller.open("/portal/?q=berlin").text
    assert ("Berlin office" in text, "Paris office" in text) == (True, False)


def test_a_search_that_finds_nothing_says_what_to_try(counter: Counter) -> None:
    counter.bought()
    assert "Nothing matches." in counter.reseller.open("/portal/?q=no-such-thing").text


@pytest.mark.parametrize("status", ["ready", "waiting", "redeemed", "expired", "cancelled"])
def test_each_status_can_be_asked_for(counter: Counter, status: str) -> None:
    counter.bought(friendly_name="Ready one")
    found = "Ready one" in counter.reseller.open(f"/portal/?status={status}").text
    assert found is (status == "ready")


@pytest.mark.parametrize(
    "query", ["status=lost", "for=nobody", "after=somewhere", "after=2026-01-01T00:00:00~x"]
)
def test_a_wrong_filter_is_refused_with_a_reason(counter: Counter, query: str) -> None:
    counter.bought()
    page = counter.reseller.open(f"/portal/?{query}")
    assert (page.status, "This cannot be done" in page.text) == (400, True)


def test_a_search_has_a_length(counter: Counter) -> None:
    page = counter.reseller.open(f"/portal/?q={'x' * 201}")
    assert (page.status, "at most 200 characters" in page.text) == (400, True)


def test_older_licences_are_on_the_next_page(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bittitan_plugin.web.portal.licenses.PAGE_SIZE", 1)
    counter.bought(friendly_name="Wave A")
    counter.storefront.shop.world.clock.advance(minutes=1)
    counter.bought(friendly_name="Wave B")
    visitor = counter.reseller
    first = visitor.open("/portal/?q=wave")
    (older,) = [link for link in first.links if "after=" in link]
    second = visitor.open(older)
    assert ("Wave B" in first.text, "Wave A" in first.text) == (True, False)
    assert ("Wave B" in second.text, "Wave A" in second.text) == (False, True)
    assert "/portal/?q=wave" in second.links


def test_order_again_fills_in_the_shop(counter: Counter) -> None:
    key = counter.bought(7, friendly_name="Wave 1", end_customer_email="it@fabrikam.example")
    (link,) = [li for li in counter.reseller.open(at(key)).links if li.startswith("/shop/#")]
    for part in ("quantity=7", "name=Wave+1", "for=it%40fabrikam.example"):
        assert part in link


def test_what_is_no_longer_on_offer_cannot_be_ordered_again(counter: Counter) -> None:
    key = counter.bought()
    shop = counter.storefront.shop
    with shop.tenant.writing() as work:
        (product,) = work.products.by_ids([counter.asset(key).product_id]).values()
        work.products.save(replace(product, published=False))
    assert "This product is no longer on offer." in counter.reseller.open(at(key)).text


def test_a_refused_request_says_why(counter: Counter) -> None:
    key = counter.bought()
    shop, visitor = counter.storefront.shop, counter.reseller
    visitor.send(visitor.open(at(key, "/cancel")).form("/cancel"))
    with shop.tenant.reading() as work:
        request = work.requests.pending_of([key])[key]
    staff = counter.site.platform.identity.viewer(str(counter.storefront.staff.id))
    cancellation_requests.reject(shop.tenant, request.id, staff.actor, "The code was seen")
    text = visitor.open(at(key)).text
    assert "was refused: The code was seen" in text
    assert counter.storefront.staff.email not in text


def test_a_page_of_many_licences_costs_as_many_statements_as_one_of_few(counter: Counter) -> None:
    def statements() -> int:
        """The fewest of a few times: the worker beside now and then has something to ask, too."""
        return min(once() for _ in range(5))

    def once() -> int:
        with statements_of(counter.site.engine) as seen:
            counter.reseller.open("/portal/")
        return sum("host_users" in s or "bittitan" in s or "asset" in s for s in seen)

    counter.bought(end_customer_email="a@fabrikam.example")
    before = statements()
    for name in ("b", "c", "d"):
        counter.bought(end_customer_email=f"{name}@fabrikam.example")
    assert statements() == before


def test_days_left_reads_in_hours_on_the_last_day(counter: Counter) -> None:
    key = counter.bought()
    clock = counter.storefront.shop.world.clock
    clock.now = counter.asset(key).purchase_date + timedelta(days=15, hours=10)
    assert "hours left" in counter.reseller.open(at(key)).text


def test_a_session_of_somebody_who_is_gone_is_nobodys(counter: Counter) -> None:
    walker = person(counter.storefront.platform, "walker")
    visitor = counter.visitor(walker)
    database = counter.storefront.platform.database
    with database.writing() as session:
        session.delete(session.merge(walker))
    assert visitor.open("/portal/").path == "/sign-in"
