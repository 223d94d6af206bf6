"""What an end customer sees in the portal of what its reseller bought for it."""

from uuid import UUID

import pytest

from tests.integration.portal.browsing import Counter, Page, Visitor, at
from tests.tables import every

PASSWORD = "a password of its own"


def address(counter: Counter) -> str:
    return f"it@{counter.storefront.reseller.id.hex[:12]}.example"


@pytest.fixture
def key(counter: Counter) -> UUID:
    """What was bought for it."""
    return counter.bought(
        friendly_name="Wave 1",
        end_customer_email=address(counter),
        end_customer_name="Fabrikam",
    )


@pytest.fixture
def fabrikam(counter: Counter, key: UUID) -> Visitor:  # noqa: ARG001 - it was bought for first
    """The end customer, signed in by the link of its invitation."""
    visitor = counter.visitor(None)
    follow(visitor, counter.invite(address(counter)))
    return visitor


def follow(visitor: Visitor, link: str, password: str = PASSWORD, again: str = PASSWORD) -> Page:
    """What the visitor is answered who opens the link and chooses a password."""
    return visitor.send(visitor.open(link).form(link), password=password, again=again)


def test_an_end_customer_sees_its_licence_and_nothing_of_the_money(
    counter: Counter, key: UUID, fabrikam: Visitor
) -> None:
    (coupon,) = counter.storefront.shop.sandbox.sandbox.ledger()
    invoice = counter.asset(key).invoice
    assert invoice is not None
    page = fabrikam.open(at(key))
    said = page.answer.text
    seen = [each in said for each in ("Wave 1", coupon.code, "25", "365 days", "Ready to redeem")]
    told = [
        each
        for each in ("350.00", "14.00", "USD", invoice.number, counter.storefront.reseller.email)
        if each in page.text
    ]
    assert (all(seen), told) == (True, [])


def test_its_list_says_nothing_of_the_terms(fabrikam: Visitor) -> None:
    text = fabrikam.open("/portal/").text
    assert ("25 licences" in text, "left to cancel" in text) == (True, False)


def test_its_page_offers_what_it_may_and_nothing_else(key: UUID, fabrikam: Visitor) -> None:
    page = fabrikam.open(at(key))
    offered = [page.offers(ending) for ending in ("/name", "/email", "/withdraw")]
    assert (offered, at(key, "/cancel") in page.links) == ([True, False, False], False)


def test_a_request_of_its_reseller_is_not_shown_to_it(
    counter: Counter, key: UUID, fabrikam: Visitor
) -> None:
    reseller = counter.reseller
    reseller.send(reseller.open(at(key, "/cancel")).form("/cancel"), comment="Too dear")
    assert counter.requests(key) == ["PENDING"]
    said = fabrikam.open(at(key)).text + fabrikam.open("/portal/").text
    assert [word for word in ("Too dear", "asked for") if word in said] == []


@every("part", ["/cancel", "/withdraw", "/email"])
def test_an_end_customer_may_not_do_what_its_buyer_decides(
    counter: Counter, key: UUID, fabrikam: Visitor, part: str
) -> None:
    mails, form = len(counter.storefront.shop.mail), fabrikam.open(at(key)).form("/name")
    form.action = at(key, part)
    page = fabrikam.send(form)
    assert (page.status, "the account that bought these licences" in page.text) == (403, True)
    assert (counter.requests(key), len(counter.storefront.shop.mail)) == ([], mails)
