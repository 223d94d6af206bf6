"""Actions on many rows: each by itself, a question first where it does harm, and a summary."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.catalogue import Product
from bittitan_plugin.domain.money import Money
from bittitan_plugin.web.admin import many
from bittitan_plugin.web.admin.lists import AdminList
from tests.fakes.values import account, product
from tests.integration.admin.backoffice import BackOffice, told
from tests.integration.portal.browsing import Page, Visitor

pytestmark = pytest.mark.databases("sqlite", "postgresql")

GOOD, UNPRICED = "Sellable at once", "Without any price"


def do(
    staff: Visitor, kind: str, name: str, *chosen: object, query: str = "", **typed: Any
) -> Page:
    """Take an action on the chosen rows, or without any on everything that matches."""
    token = staff.open("/admin/").forms[0].fields["csrftoken"]
    asked = {"name": name, "_list_query": query, "pks": [str(each) for each in chosen]}
    if not chosen:
        asked["all"] = "1"
    address = f"/admin/_api/{kind}/action?{urlencode(asked, doseq=True)}"
    return Page(
        staff.request(
            "POST", address, data={"csrftoken": token, **typed}, headers={"accept": "text/html"}
        )
    )


def answered(page: Page, name: str = "mark") -> dict[str, str]:
    """What the page that asks sends when it is answered."""
    form = next(form for form in page.forms if name in form.fields)
    return {key: value for key, value in form.fields.items() if key != "csrftoken"}


def hidden(office: BackOffice, *made: Product) -> list[UUID]:
    with office.shop.tenant.writing() as work:
        work.products.add_all(list(made))
    return [each.id for each in made]


def found(office: BackOffice, key: UUID) -> Product:
    with office.shop.tenant.reading() as work:
        return work.products.get(key)


def unpublished(name: str, **values: Any) -> Product:
    return product(name=name, sku=uuid4().hex, variant_id=None, published=False, **values)


def test_one_that_fails_does_not_stop_the_others_and_is_named_with_its_reason(
    office: BackOffice,
) -> None:
    first, bad, last = hidden(
        office, unpublished(GOOD), unpublished(UNPRICED, prices={}), unpublished(f"{GOOD} too")
    )
    words = told(do(office.staff(), "products", "publish", first, bad, last))
    assert "2 products published, 1 not." in words
    assert f"{UNPRICED} A product needs a price" in words
    assert [found(office, key).published for key in (first, bad, last)] == [True, False, True]


def test_withdrawing_is_a_question_first_and_names_what_it_is_about(office: BackOffice) -> None:
    (key,) = hidden(office, product(name=GOOD, sku=uuid4().hex, variant_id=None))
    staff = office.staff()
    question = do(staff, "products", "unpublish", key)
    assert "They can no longer be ordered." in told(question)
    assert GOOD in question.text
    assert found(office, key).published
    summary = do(staff, "products", "unpublish", key, **answered(question))
    assert "1 product withdrawn from sale." in told(summary)
    assert not found(office, key).published


def test_other_rows_than_those_that_were_shown_are_a_question_again(office: BackOffice) -> None:
    name = f"Matching {uuid4().hex}"
    shown = hidden(office, product(name=name, sku=uuid4().hex, variant_id=None))
    staff, query = office.staff(), f"?q={name}"
    question = do(staff, "products", "unpublish", query=query)
    shown += hidden(office, product(name=name, sku=uuid4().hex, variant_id=None))
    again = do(staff, "products", "unpublish", query=query, **answered(question))
    assert "these are not the same rows" in told(again)
    assert all(found(office, key).published for key in shown)
    do(staff, "products", "unpublish", query=query, **answered(again))
    assert not any(found(office, key).published for key in shown)


def test_a_price_is_given_to_all_and_those_in_other_currencies_stay(office: BackOffice) -> None:
    euros = Money.of("12.00", "EUR")
    keys = hidden(
        office,
        unpublished(GOOD, prices={"EUR": euros}),
        unpublished(UNPRICED, prices={}),
    )
    staff = office.staff()
    question = do(staff, "products", "price", *keys)
    typed = answered(question) | {"amount": "14,50", "currency": "usd"}
    refused = do(staff, "products", "price", *keys, **typed)
    assert "14,50" in told(refused)
    assert answered(refused)["amount"] == "14,50"
    assert found(office, keys[0]).prices == {"EUR": euros}
    said = told(do(staff, "products", "price", *keys, **typed | {"amount": "14.50"}))
    assert "2 products priced." in said
    dollars = Money.of("14.50", "USD")
    assert found(office, keys[0]).prices == {"EUR": euros, "USD": dollars}
    assert found(office, keys[1]).prices == {"USD": dollars}


def test_accounts_are_synchronized_and_repeating_it_makes_no_second_one(office: BackOffice) -> None:
    unknown = account(email=f"{uuid4().hex}@example.com")
    with office.shop.tenant.writing() as work:
        work.accounts.add(unknown)
    staff = office.staff()
    for _ in range(2):
        words = told(do(staff, "accounts", "synchronize", unknown.id))
        assert "1 account synchronized." in words
    with office.shop.tenant.reading() as work:
        assert work.accounts.get(unknown.id).is_synchronized


def test_an_email_that_is_sent_again_is_sent_once_however_often_the_form_is(
    office: BackOffice,
) -> None:
    key, staff = office.sold(), office.staff()
    before = len({sent.key for sent in office.storefront.emails})
    question = do(staff, "assets", "resend", key)
    assert len({sent.key for sent in office.storefront.emails}) == before
    for _ in range(2):
        assert "1 asset sent again." in told(
            do(staff, "assets", "resend", key, **answered(question))
        )
    assert len({sent.key for sent in office.storefront.emails}) == before + 1


def test_failed_assets_are_synchronized_and_what_waits_for_nothing_says_so(
    office: BackOffice,
) -> None:
    key, staff = office.sold(), office.staff()
    assert "1 asset being synchronized." in told(do(staff, "assets", "synchronize", key))
    words = told(do(staff, "assets", "try-now", key))
    assert "0 assets being tried, 1 not." in words
    assert "Nothing about this asset waits" in words


def test_what_takes_too_long_is_asked_whether_to_go_on(
    office: BackOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = hidden(office, unpublished(GOOD), unpublished(GOOD), unpublished(GOOD))
    staff = office.staff()
    monkeypatch.setattr(many, "ENOUGH_S", 0)
    first = do(staff, "products", "publish", *keys)
    assert "1 product published, 2 not begun yet." in told(first)
    assert [found(office, key).published for key in keys].count(True) == 1
    monkeypatch.undo()
    left = [str(key) for key in keys if not found(office, key).published]
    assert "2 products published." in told(do(staff, "products", "publish", *keys, only=left))
    assert all(found(office, key).published for key in keys)


def test_more_rows_than_a_page_can_name_are_refused_on_a_page(
    office: BackOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = hidden(office, unpublished(GOOD), unpublished(GOOD))
    monkeypatch.setattr(AdminList, "action_select_all_limit", 1)
    page = do(office.staff(), "products", "publish")
    assert "Too many rows match" in told(page)
    assert not any(found(office, key).published for key in keys)


def test_nobody_acts_on_rows_of_a_list_that_is_not_theirs(office: BackOffice) -> None:
    (key,) = hidden(office, unpublished(GOOD))
    page = do(office.staff(Permission.MANAGE_ORDERS), "products", "publish", key)
    assert page.status in {403, 404}
    assert not found(office, key).published
