"""A web that lacks the key of a code says so in words, where others show it."""

from uuid import UUID

import pytest

from bittitan_graphql.global_ids import ASSET, global_id
from bittitan_plugin.base.cipher import Cipher, generate_key
from tests.integration.admin.backoffice import BackOffice, told
from tests.integration.graphql_extension.operations import load
from tests.integration.ordering.storefront import person

SIGN_IN = """
mutation ($email: String!, $password: String!) {
  tokenCreate(email: $email, password: $password) { token errors { code } }
}
"""


@pytest.fixture
def sold_elsewhere(office: BackOffice, monkeypatch: pytest.MonkeyPatch) -> UUID:
    """An asset whose code was sealed with a key this web does not have."""
    key = office.sold()
    monkeypatch.setattr(office.shop.ports.cipher, "_fernet", Cipher([generate_key()])._fernet)
    return key


def test_the_page_of_an_asset_shows_everything_but_its_code(
    office: BackOffice, sold_elsewhere: UUID
) -> None:
    page = office.staff().open(f"/admin/assets/detail?pk={sold_elsewhere}")
    assert (page.status, "unreadable" in page.text) == (200, True)


def test_asking_for_the_code_says_what_is_missing(office: BackOffice, sold_elsewhere: UUID) -> None:
    staff = office.staff()
    page = staff.send(staff.open(f"/admin/assets/detail?pk={sold_elsewhere}").form("/code"))
    assert (page.status, "BITTITAN_SECRET_KEYS" in page.text) == (503, True)


def test_sending_the_code_again_says_what_is_missing(
    office: BackOffice, sold_elsewhere: UUID
) -> None:
    staff = office.staff()
    page = staff.send(staff.open(f"/admin/assets/detail?pk={sold_elsewhere}").form("/resend"))
    assert "BITTITAN_SECRET_KEYS" in told(page)


@pytest.mark.usefixtures("sold_elsewhere")
@pytest.mark.parametrize("path", ["/admin/settings", "/admin/", "/admin/stock"])
def test_every_other_page_opens(office: BackOffice, path: str) -> None:
    assert office.staff().open(path).status == 200


def test_graphql_answers_in_payload_and_with_a_code(
    office: BackOffice, sold_elsewhere: UUID
) -> None:
    staff, asset = office.storefront.staff, global_id(ASSET, sold_elsewhere)
    # The key that signs tokens is known to this process since it was started.
    payload = office.storefront.ask(load("licenses/resend-email.graphql"), staff, id=asset)
    assert [error["code"] for error in payload["errors"]] == ["PLUGIN_MISCONFIGURED"]


def test_who_cannot_be_given_a_token_is_told_by_code(
    office: BackOffice, sold_elsewhere: UUID
) -> None:
    assert sold_elsewhere
    buyer = person(office.storefront.platform, "buyer", password="Contoso-Secret-1")
    office.storefront.platform.tokens._keys.clear()
    answer = office.storefront.answer(SIGN_IN, None, email=buyer.email, password="Contoso-Secret-1")
    codes = [error["extensions"]["exception"]["code"] for error in answer["errors"]]
    assert codes == ["PLUGIN_MISCONFIGURED"]
