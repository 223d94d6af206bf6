"""A form that is refused keeps what was typed, and names every fault at its field."""

from decimal import Decimal
from uuid import uuid4

import pytest

from bittitan_plugin.domain.catalogue import Product
from bittitan_plugin.domain.requests import RequestState
from bittitan_plugin.services.catalogue import products
from bittitan_plugin.services.catalogue.products import Wishes
from tests.integration.admin.backoffice import BackOffice, told
from tests.world import STAFF


@pytest.fixture
def made(office: BackOffice) -> Product:
    kind = office.asset(office.sold()).product_type
    wishes = Wishes(sku=f"OURS-{uuid4()}", name="Ours", prices=[("4.00", "USD")])
    return products.create(office.shop.tenant, STAFF, kind, wishes)


def stored(office: BackOffice, product: Product) -> Product:
    found = office.read(lambda work: work.products.get(product.id))
    assert isinstance(found, Product)
    return found


def test_a_price_s_two_boxes_have_a_heading_to_be_seen(office: BackOffice, made: Product) -> None:
    page = office.staff().open(f"/admin/products/detail?pk={made.id}")
    assert "Amount Currency, such as EUR" in told(page)


def test_a_product_with_five_faults_names_them_all(office: BackOffice, made: Product) -> None:
    staff = office.staff()
    form = staff.open(f"/admin/products/detail?pk={made.id}").form("/edit")
    page = staff.send(
        form, name="", expire_days="soon", validity_days="0", amount="-1", currency="usd"
    )
    assert page.status == 422
    for said in ("must not be empty", "soon", "0 days is outside", "cannot be negative"):
        assert said in page.text, said
    kept = page.form("/edit").fields
    assert (kept["expire_days"], kept["validity_days"]) == ("soon", "0")
    assert stored(office, made).prices["USD"].amount == Decimal("4.00")


def test_a_product_is_changed_by_the_form_that_was_refused_before(
    office: BackOffice, made: Product
) -> None:
    staff = office.staff()
    form = staff.open(f"/admin/products/detail?pk={made.id}").form("/edit")
    refused = staff.send(form, name="Renamed", expire_days="soon")
    assert "Saved." in staff.send(refused.form("/edit"), expire_days="30").text
    assert (stored(office, made).name, stored(office, made).expire_days) == ("Renamed", 30)


def test_a_product_is_deleted_after_a_question_only(office: BackOffice, made: Product) -> None:
    staff, delete = office.staff(), f"/admin/products/{made.id}/delete"
    page = staff.open(f"/admin/products/detail?pk={made.id}")
    assert delete in page.links
    assert not page.offers("/delete")
    question = staff.open(delete)
    assert "4.00 USD" in question.text
    assert "has been deleted" in staff.send(question.form("/delete")).text
    assert office.read(lambda work: work.products.by_ids([made.id])) == {}


def test_an_assets_form_keeps_what_was_typed(office: BackOffice) -> None:
    key, staff = office.sold(), office.staff()
    form = staff.open(f"/admin/assets/detail?pk={key}").form("/edit")
    page = staff.send(form, friendly_name="x" * 256)
    assert page.status == 422
    assert "at most 255 characters" in page.text
    assert page.form("/edit").fields["friendly_name"] == "x" * 256


def test_a_refusal_without_a_reason_keeps_the_page_and_the_request(office: BackOffice) -> None:
    asked, staff = office.asked(office.sold()), office.staff()
    form = staff.open(f"/admin/cancellation-requests/detail?pk={asked.id}").form("/refuse")
    page = staff.send(form, comment=" ")
    assert page.status == 422
    assert "Say why" in page.text
    assert "is told why" in staff.send(page.form("/refuse"), comment="In use").text
    assert office.read(lambda work: work.requests.get(asked.id).state) is RequestState.REFUSED
