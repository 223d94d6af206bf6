"""An end customer is invited, proves its address by the link, and sees what was bought for it."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import pytest

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.coupons import Sealed
from bittitan_plugin.domain.errors import Unavailable
from bittitan_plugin.domain.invitations import LIFETIME, PAUSE
from bittitan_plugin.platforms.shop.tables import UserRow
from tests.integration.ordering.documents import ASSETS
from tests.integration.portal.browsing import Counter, Page, Visitor
from tests.integration.portal.test_end_customers import PASSWORD, address, follow

NOT_ONE_OF_OURS = "This link is not complete, or a newer one was sent since."


@pytest.fixture
def email(counter: Counter) -> Iterator[str]:
    """Of an end customer for whom the reseller has just bought."""
    email = address(counter)
    counter.bought(end_customer_email=email, end_customer_name="Fabrikam")
    yield email
    counter.storefront.shop.world.mailer.failures.clear()


def sign_in(visitor: Visitor, email: str, password: str) -> Page:
    form = visitor.open("/sign-in").form("/sign-in")
    return visitor.send(form, email=email, password=password)


def user_of(counter: Counter, email: str) -> UserRow:
    user = counter.storefront.platform.customers.by_email(email)
    assert user is not None
    return user


def test_a_reseller_buys_invites_and_its_end_customer_sees_the_code_and_no_price(
    counter: Counter, email: str
) -> None:
    link, visitor = counter.invite(email), counter.visitor(None)
    (coupon,) = counter.storefront.shop.sandbox.sandbox.ledger()
    arrived = follow(visitor, link)
    assert (arrived.path, "25 licences" in arrived.text) == ("/portal/", True)
    (to_licence,) = {each for each in arrived.links if each.startswith("/portal/licenses/")}
    visitor.cookies.clear()
    signed_in = sign_in(visitor, email.upper(), PASSWORD)
    page = visitor.open(to_licence)
    assert (signed_in.path, coupon.code in page.text) == ("/portal/", True)
    assert [each for each in ("USD", "Price", "Invoice", "350") if each in page.text] == []


def test_it_reads_the_same_by_graphql(counter: Counter, email: str) -> None:
    follow(counter.visitor(None), counter.invite(email))
    found = counter.storefront.ask(ASSETS, user_of(counter, email))["edges"]
    assert len(found) == 1


def test_one_who_took_the_address_without_proving_it_sees_nothing(
    counter: Counter, email: str
) -> None:
    taken = counter.storefront.platform.customers.create(email=email, password="a guess of mine")
    page = counter.visitor(taken).open("/portal/")
    assert "There are no licences yet." in page.text


def test_one_who_took_the_address_before_is_signed_out_by_whoever_proves_it(
    counter: Counter, email: str
) -> None:
    taken = counter.storefront.platform.customers.create(email=email, password="a guess of mine")
    thief = counter.visitor(taken)
    owner = counter.visitor(None)
    follow(owner, counter.invite(email))
    assert "25 licences" in owner.open("/portal/").text
    assert thief.open("/portal/").path == "/sign-in"
    assert "do not belong together" in sign_in(thief, email, "a guess of mine").text


def test_the_address_in_another_case_is_the_same_user(counter: Counter, email: str) -> None:
    counter.storefront.platform.customers.create(email=email.upper(), password="long enough")
    follow(counter.visitor(None), counter.invite(email))
    assert sign_in(counter.visitor(None), email.title(), PASSWORD).path == "/portal/"


def test_a_link_works_once(counter: Counter, email: str) -> None:
    link = counter.invite(email)
    follow(counter.visitor(None), link)
    page = counter.visitor(None).open(link)
    assert (page.status, "has been used already" in page.text, page.offers(link)) == (
        400, True, False,
    )  # fmt: skip


def test_a_form_of_a_used_link_changes_no_password(counter: Counter, email: str) -> None:
    link, late = counter.invite(email), counter.visitor(None)
    form = late.open(link).form(link)
    follow(counter.visitor(None), link)
    refused = late.send(form, password="another password", again="another password")
    assert "has been used already" in refused.text
    assert sign_in(late, email, PASSWORD).path == "/portal/"


def test_opening_a_link_uses_nothing_up(counter: Counter, email: str) -> None:
    link = counter.invite(email)
    for _ in range(2):
        counter.visitor(None).open(link)
    assert follow(counter.visitor(None), link).path == "/portal/"


def test_an_old_link_says_so(counter: Counter, email: str) -> None:
    link = counter.invite(email)
    counter.storefront.shop.world.clock.advance(days=LIFETIME.days)
    page = counter.visitor(None).open(link)
    assert (page.status, "was good for 7 days" in page.text) == (400, True)


def test_a_newer_link_takes_the_place_of_an_older_one(counter: Counter, email: str) -> None:
    older = counter.invite(email)
    counter.storefront.shop.world.clock.advance(minutes=PAUSE / timedelta(minutes=1))
    newer = counter.invite(email)
    page = counter.visitor(None).open(older)
    assert (page.status, NOT_ONE_OF_OURS in page.text) == (404, True)
    assert follow(counter.visitor(None), newer).path == "/portal/"


@pytest.mark.parametrize("link", ["nonsense", "gAAAAAB", "ä", "a code", "another id"])
def test_a_foreign_link_is_refused(counter: Counter, email: str, link: str) -> None:
    counter.invite(email)
    seal = counter.storefront.shop.ports.cipher.seal
    other = seal(f"invitation:{counter.site.tenant.id}")
    made = {"a code": seal("CODE-1234"), "another id": other}
    page = counter.visitor(None).open(f"/invitation/{made.get(link, Sealed(quote(link)))}")
    assert (page.status, NOT_ONE_OF_OURS in page.text) == (404, True)


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [("short", "short", "A password has"), ("long enough", "long enouhg", "passwords differ")],
)
def test_a_password_that_will_not_do_is_refused_and_uses_nothing_up(
    counter: Counter, email: str, password: str, again: str, said: str
) -> None:
    link, visitor = counter.invite(email), counter.visitor(None)
    refused = follow(visitor, link, password, again)
    assert (refused.status, said in refused.text) == (422, True)
    assert follow(visitor, link).path == "/portal/"


def test_an_address_of_staff_gets_no_password_by_mail(counter: Counter, email: str) -> None:
    customers = counter.storefront.platform.customers
    everything = frozenset(Permission)
    customers.create(email=email, password="staff's own", staff_permissions=everything)
    refused = follow(counter.visitor(None), counter.invite(email))
    assert (refused.status, "a member of staff" in refused.text) == (422, True)
    assert customers.sign_in(email, "staff's own", "192.0.2.1") is not None


def test_an_invitation_names_the_resellers_company_and_not_its_address(
    counter: Counter, email: str
) -> None:
    counter.invite(email)
    mail = [each for each in counter.storefront.shop.mail if each.to == email][-1]
    reseller = counter.storefront.reseller
    assert mail.values["invited_by"] == (reseller.company or None)
    assert reseller.email not in str(dict(mail.values))


def test_a_mailbox_is_not_filled(counter: Counter, email: str) -> None:
    counter.invite(email)
    reseller = counter.reseller
    form = reseller.open("/portal/end-customers").form("/invitation")
    refused = reseller.send(form)
    sent = [each for each in counter.storefront.shop.mail if each.to == email]
    assert (refused.status, "less than 10 minutes ago" in refused.text) == (422, True)
    assert len(sent) == 1


def test_a_mail_that_did_not_get_out_can_be_sent_at_once_again(
    counter: Counter, email: str
) -> None:
    mailer = counter.storefront.shop.world.mailer
    mailer.failures.append(Unavailable("The mail server is away."))
    reseller = counter.reseller
    refused = reseller.send(reseller.open("/portal/end-customers").form("/invitation"))
    assert (refused.status, "could not be sent just now" in refused.text) == (503, True)
    assert follow(counter.visitor(None), counter.invite(email)).path == "/portal/"


def test_nobody_invites_another_ones_end_customers(counter: Counter, email: str) -> None:
    form = counter.reseller.open("/portal/end-customers").form("/invitation")
    counter.storefront.buy(counter.storefront.stranger)
    rival = counter.visitor(counter.storefront.stranger)
    form.fields |= rival.open("/portal/").forms[0].fields
    refused = rival.send(form)
    assert (refused.status, "There is no such end customer." in refused.text) == (404, True)
    assert [each for each in counter.storefront.shop.mail if each.to == email] == []


def test_a_reseller_reads_whether_it_invited_and_whether_that_was_followed(
    counter: Counter, email: str
) -> None:
    link = counter.invite(email)
    invited = counter.reseller.open("/portal/end-customers").text
    follow(counter.visitor(None), link)
    followed = counter.reseller.open("/portal/end-customers").text
    assert ("Invited on" in invited, "Followed your invitation on" in followed) == (True, True)
