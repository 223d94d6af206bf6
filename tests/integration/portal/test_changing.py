"""Small things a customer does to a licence: name it, have its e-mail sent again."""

from bittitan_plugin.domain.errors import Rejected, Unavailable
from bittitan_plugin.domain.mail_limits import CODE_AGAIN
from tests.integration.portal.browsing import Counter, at


def test_a_licence_gets_another_friendly_name(counter: Counter) -> None:
    key, visitor = counter.bought(), counter.reseller
    page = visitor.send(visitor.open(at(key)).form("/name"), name="  Berlin  ")
    assert "The name has been saved." in page.text
    assert counter.asset(key).friendly_name == "Berlin"


def test_an_empty_name_takes_it_away(counter: Counter) -> None:
    key, visitor = counter.bought(friendly_name="Berlin"), counter.reseller
    visitor.send(visitor.open(at(key)).form("/name"), name="")
    assert counter.asset(key).friendly_name is None


def test_the_name_it_has_stands_in_the_form(counter: Counter) -> None:
    key = counter.bought(friendly_name='"Berlin" & more')
    assert counter.reseller.open(at(key)).form("/name").fields["name"] == '"Berlin" & more'


def test_a_name_that_is_too_long_is_refused_and_kept_in_the_form(counter: Counter) -> None:
    key, visitor = counter.bought(), counter.reseller
    page = visitor.send(visitor.open(at(key)).form("/name"), name="x" * 256)
    assert (page.status, "at most 255 characters" in page.text) == (422, True)
    assert page.form("/name").fields["name"] == "x" * 256


def test_the_change_is_recorded_under_the_customers_name(counter: Counter) -> None:
    key, visitor = counter.bought(), counter.reseller
    visitor.send(visitor.open(at(key)).form("/name"), name="Berlin")
    shop = counter.storefront.shop
    with shop.tenant.reading() as work:
        entry = work.assets.history([key])[key][-1]
    assert (entry.actor.kind, entry.actor.name) == ("CUSTOMER", counter.storefront.reseller.email)


def test_the_email_is_sent_again(counter: Counter) -> None:
    key, visitor = counter.bought(), counter.reseller
    page = visitor.send(visitor.open(at(key)).form("/email"))
    assert "The e-mail has been sent again." in page.text
    assert [sent.template for sent in counter.storefront.emails] == ["welcome", "welcome"]


def test_a_double_click_is_one_message(counter: Counter) -> None:
    key, visitor = counter.bought(), counter.reseller
    form = visitor.open(at(key)).form("/email")
    visitor.send(form)
    visitor.send(form)
    assert len({sent.key for sent in counter.storefront.emails}) == 2


def test_asking_for_it_another_time_is_another_message(counter: Counter) -> None:
    key, visitor = counter.bought(), counter.reseller
    for _ in range(2):
        visitor.send(visitor.open(at(key)).form("/email"))
    assert len({sent.key for sent in counter.storefront.emails}) == 3


def test_asking_for_it_too_often_says_when_it_is_possible_again(counter: Counter) -> None:
    key, visitor = counter.bought(), counter.reseller
    for _ in range(CODE_AGAIN.most):
        visitor.send(visitor.open(at(key)).form("/email"))
    sent = len(counter.storefront.emails)
    page = visitor.send(visitor.open(at(key)).form("/email"))
    assert (page.status, "it is possible again from 20" in page.text) == (429, True)
    assert len(counter.storefront.emails) == sent == 1 + CODE_AGAIN.most


def test_a_form_that_names_no_occasion_sends_nothing(counter: Counter) -> None:
    key, visitor = counter.bought(), counter.reseller
    page = visitor.send(visitor.open(at(key)).form("/email"), once="nonsense")
    assert page.status == 404
    assert len(counter.storefront.emails) == 1


def test_a_mail_server_that_does_not_answer_is_said(counter: Counter) -> None:
    key, visitor = counter.bought(), counter.reseller
    form = visitor.open(at(key)).form("/email")
    counter.storefront.shop.world.mailer.failures.append(Unavailable("mx1 refused 10.0.0.7"))
    page = visitor.send(form)
    assert (page.status, "Try again in a while." in page.text) == (503, True)
    assert "10.0.0.7" not in page.text


def test_an_address_that_takes_no_mail_is_said(counter: Counter) -> None:
    key, visitor = counter.bought(), counter.reseller
    form = visitor.open(at(key)).form("/email")
    counter.storefront.shop.world.mailer.failures.append(Rejected("550", "no such mailbox"))
    page = visitor.send(form)
    assert "could not be sent to that address" in page.text


def test_a_licence_without_its_code_has_no_email_to_send(counter: Counter) -> None:
    faults = counter.storefront.shop.sandbox.sandbox.faults
    faults.add("status", operation="issue", status=400)
    key = counter.bought()
    faults.clear()
    assert not counter.reseller.open(at(key)).offers("/email")
