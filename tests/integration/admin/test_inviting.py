"""Staff invite an end customer from its account's page."""

from uuid import UUID

from tests.integration.admin.backoffice import BackOffice, told


def end_customer(office: BackOffice, email: str) -> UUID:
    """The account of whom the reseller has just bought for."""
    key = office.sold(end_customer_email=email, end_customer_name="Fabrikam")
    found = office.asset(key).end_customer_id
    assert found is not None
    return found


def test_staff_invite_an_end_customer(office: BackOffice) -> None:
    email = f"it@{office.storefront.reseller.id.hex[:12]}.example"
    page_of = f"/admin/accounts/detail?pk={end_customer(office, email)}"
    staff = office.staff()
    page = staff.open(page_of)
    assert "It was not invited yet." in told(page)
    assert "The invitation has been sent." in told(staff.send(page.form("/invitation")))
    assert "It was invited on" in told(staff.open(page_of))
    assert [each.template for each in office.shop.mail if each.to == email] == ["invitation"]


def test_staff_are_told_that_a_second_one_has_to_wait(office: BackOffice) -> None:
    email = f"it@{office.storefront.reseller.id.hex[:12]}.example"
    staff = office.staff()
    page = staff.open(f"/admin/accounts/detail?pk={end_customer(office, email)}")
    staff.send(page.form("/invitation"))
    assert "less than 10 minutes ago" in told(staff.send(page.form("/invitation")))


def test_a_customer_with_a_sign_in_of_its_own_is_not_offered_an_invitation(
    office: BackOffice,
) -> None:
    key = office.asset(office.sold()).account_id
    page = office.staff().open(f"/admin/accounts/detail?pk={key}")
    assert (told(page) != "", page.offers("/invitation")) == (True, False)
