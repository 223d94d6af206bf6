"""Settings: what is wrong is named, what was typed stays, and the page opens whatever happened."""

import re

import pytest

from bittitan_plugin.base.manifest import manifest
from bittitan_plugin.bittitan.sandbox import DEFAULT_PASSWORD
from bittitan_plugin.store.tables import InstallationRow
from tests.integration.admin.backoffice import BackOffice, told

PAGE = "/admin/settings"


def test_every_setting_has_its_help_and_no_secret_is_shown(office: BackOffice) -> None:
    page = office.staff().open(PAGE)
    assert "Calendar days after the purchase" in told(page)
    assert DEFAULT_PASSWORD not in page.answer.text


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("refund_window_days", "16", "between 0 and 15"),
        ("expire_days", "soon", "whole number"),
        ("time_zone", "Mars/Base", "time zone"),
        ("sender_email", "nobody", "e-mail address"),
        ("api_url", "ftp://x", "https://"),
    ],
)
def test_a_wrong_setting_is_named_and_what_was_typed_stays(
    office: BackOffice, name: str, typed: str, said: str
) -> None:
    staff, before = office.staff(), office.storefront.settings()
    page = staff.send(staff.open(PAGE).form("/save"), **{name: typed})
    assert page.status == 422
    assert said in page.text
    assert f'href="#{name}"' in page.answer.text
    assert f'value="{typed}"' in page.answer.text
    assert office.storefront.settings() == before


def test_two_who_change_different_settings_do_not_undo_each_other(office: BackOffice) -> None:
    staff = office.staff()
    first, second = staff.open(PAGE).form("/save"), staff.open(PAGE).form("/save")
    staff.send(first, expire_days="300")
    staff.send(second, validity_days="200")
    settings = office.storefront.settings()
    assert (settings["expire_days"], settings["validity_days"]) == ("300", "200")


def test_who_changes_the_same_setting_second_is_told_what_it_became(office: BackOffice) -> None:
    staff = office.staff()
    first, second = staff.open(PAGE).form("/save"), staff.open(PAGE).form("/save")
    staff.send(first, expire_days="310")
    page = staff.send(second, expire_days="100")
    assert page.status == 409
    assert "Meanwhile it was changed to '310'" in page.text
    assert office.storefront.settings()["expire_days"] == "310"


def test_a_wrong_password_is_named_by_the_connection_test_and_not_kept(
    office: BackOffice,
) -> None:
    staff = office.staff()
    form = staff.open(PAGE).form("/save")
    form.action = f"{PAGE}/test"
    page = staff.send(form, api_password="not the password")
    assert page.status == 422
    assert "Coupon API password" in page.text
    assert "not the password" not in page.answer.text


def test_a_typed_password_outlives_the_connection_test_and_is_stored_only_by_saving(
    office: BackOffice,
) -> None:
    staff = office.staff()
    form = staff.open(PAGE).form("/save")
    form.action = f"{PAGE}/test"
    page = staff.send(form, api_password="another", expire_days="99")
    assert "The connection does not work" in page.text
    assert "another" not in page.answer.text
    again = page.form("/save")
    assert (again.fields["expire_days"], again.fields["api_password"]) == ("99", "")
    # Sent again as it came back, it is the typed password that is refused, not the stored one.
    again.action = f"{PAGE}/test"
    assert staff.send(again).status == 422
    again.action = f"{PAGE}/save"
    page = staff.send(again, api_password=DEFAULT_PASSWORD)
    assert "The settings are saved" in page.text
    assert "held.api_password" not in page.form("/save").fields
    office.storefront.update_plugin(expire_days="365")


def test_what_another_typed_does_not_open(office: BackOffice) -> None:
    staff, other = office.staff(), office.staff()
    form = staff.open(PAGE).form("/save")
    form.action = f"{PAGE}/test"
    held = staff.send(form, api_password="another").form("/save").fields["held.api_password"]
    form = other.open(PAGE).form("/save")
    form.action = f"{PAGE}/test"
    assert "The connection works" in told(other.send(form, **{"held.api_password": held}))


def test_the_stored_password_is_sent_to_no_address_that_it_was_not_typed_for(
    office: BackOffice,
) -> None:
    staff, elsewhere = office.staff(), office.shop.sandbox.url.replace("127.0.0.1", "localhost")
    for action in ("test", "save", "on"):
        form = staff.open(PAGE).form("/save")
        form.action = f"{PAGE}/{action}"
        page = staff.send(form, api_url=elsewhere)
        assert page.status == 422
        assert "the stored one is not sent to another address" in page.text


def test_everything_that_is_missing_and_wrong_is_named_at_once(office: BackOffice) -> None:
    staff = office.staff()
    page = staff.send(
        staff.open(PAGE).form("/save"), api_url="", api_email="", expire_days="x", staff_email="me"
    )
    assert page.status == 422
    for name in ("api_url", "api_email", "expire_days", "staff_email"):
        assert f'id="{name}-error"' in page.answer.text


def test_the_connection_test_looks_only_at_its_own_fields(office: BackOffice) -> None:
    staff = office.staff()
    form = staff.open(PAGE).form("/save")
    form.action = f"{PAGE}/test"
    page = staff.send(form, expire_days="soon")
    assert "The connection works" in told(page)
    assert page.form("/save").fields["expire_days"] == "soon"


def test_kinds_of_licence_are_ticked(office: BackOffice) -> None:
    name, staff = "automatic_cancellation_product_types", office.staff()
    staff.send(staff.open(PAGE).form("/save"), **{f"{name}.MAILBOX_LICENSE": "on"})
    assert office.storefront.settings()[name] == "MAILBOX_LICENSE"
    form = staff.open(PAGE).form("/save")
    assert form.fields.pop(f"{name}.MAILBOX_LICENSE") == "on"
    staff.send(form)
    assert not office.storefront.settings()[name]


def test_settings_stand_under_headings_and_choices_are_words(office: BackOffice) -> None:
    page = office.staff().open(PAGE)
    for group in dict.fromkeys(field.group for field in manifest().configuration):
        assert group in told(page)
    assert "Codes imported into stock" in page.text
    assert "FULLY_PAID" not in page.text


def test_before_it_is_switched_off_one_reads_what_stops(office: BackOffice) -> None:
    office.asked(office.sold())
    page = office.staff().open(f"{PAGE}/off")
    assert "Switch the plugin off?" in told(page)
    assert re.search(r"[1-9]\d* cancellation requests? wait", page.text)
    assert office.site.installation().active


def test_the_connection_test_says_that_it_works_and_saves_nothing(office: BackOffice) -> None:
    staff, before = office.staff(), office.storefront.settings()
    form = staff.open(PAGE).form("/save")
    form.action = f"{PAGE}/test"
    assert "The connection works" in told(staff.send(form, expire_days="100"))
    assert office.storefront.settings() == before


def test_the_page_opens_while_what_is_stored_is_broken(office: BackOffice) -> None:
    staff = office.staff()
    with office.shop.tenant.writing() as work:
        row = work.session.get_one(InstallationRow, office.shop.id)
        kept, row.configuration = row.configuration, {**row.configuration, "time_zone": "Mars/X"}
    try:
        page = staff.open(PAGE)
        assert 'value="Mars/X" selected' in page.answer.text
        page = staff.send(page.form("/save"), time_zone="Europe/Athens")
        assert "The settings are saved" in page.text
    finally:
        with office.shop.tenant.writing() as work:
            work.session.get_one(InstallationRow, office.shop.id).configuration = kept


def test_every_page_opens_while_the_vendor_is_down(office: BackOffice) -> None:
    office.shop.sandbox.sandbox.faults.add("status", status=503)
    staff = office.staff()
    for path in ("/admin/", PAGE, "/admin/assets/list", "/admin/products/list"):
        assert staff.open(path).status == 200


def test_switched_off_everything_can_be_read_and_nothing_is_done(office: BackOffice) -> None:
    key, staff = office.sold(), office.staff()
    form = staff.open(f"/admin/assets/{key}/cancel").form("/cancel")
    staff.send(staff.open(f"{PAGE}/off").form("/off"))
    assert "switched off" in staff.open("/admin/assets/list").text
    assert "switched off" in staff.send(form).text
    assert office.asset(key).status == "ACTIVE"


def test_another_bittitan_account_is_a_question_on_the_page(office: BackOffice) -> None:
    office.sold()
    staff, right = office.staff(), office.shop.sandbox.url
    elsewhere = right.replace("127.0.0.1", "localhost")
    assert "Is it the same BitTitan account" not in staff.open(PAGE).text
    page = staff.send(
        staff.open(PAGE).form("/save"), api_url=elsewhere, api_password=DEFAULT_PASSWORD
    )
    assert page.status == 422
    assert "Is it the same BitTitan account as before?" in page.text
    assert "Coupon API address" in page.text
    assert office.storefront.settings()["api_url"] == right
    try:
        page = staff.send(page.form("/save"), api_url=elsewhere, same_account="yes")
        assert "The settings are saved" in page.text
        assert "the same account under another address" in page.text
    finally:
        office.storefront.update_plugin(
            api_url=right, api_password=DEFAULT_PASSWORD, same_account=True
        )


def test_where_coupons_are_known_under_another_account_the_page_asks_by_itself(
    office: BackOffice,
) -> None:
    office.sold()
    staff, right = office.staff(), office.shop.sandbox.url
    elsewhere = right.replace("127.0.0.1", "localhost")
    try:
        office.storefront.update_plugin(
            api_url=elsewhere, api_password=DEFAULT_PASSWORD, same_account=False
        )
        page = staff.open(PAGE)
        assert "Unused coupons known under another BitTitan account" in page.text
        page = staff.send(page.form("/save"), same_account="yes")
        assert "Unused coupons known under another" not in page.text
    finally:
        office.storefront.update_plugin(
            api_url=right, api_password=DEFAULT_PASSWORD, same_account=True
        )
