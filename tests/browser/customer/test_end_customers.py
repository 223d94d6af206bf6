"""An end customer at its own browser: from the link in its mailbox to the code of its licences."""

import re
from email import message_from_bytes, policy
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import expect

from tests.browser.conftest import Visit, check, sign_in
from tests.browser.customer.buying import coupons_of, new_customer, stored
from tests.browser.places import Place

PASSWORD = "a password of its own"


def link_to(place: Place, email: str) -> str:
    """Where the link leads that was sent to that address."""
    for file in (Path(place.settings["var_dir"]) / "mail").glob("*.eml"):
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        text = mail.get_body(("plain",))
        if mail["To"] == email and text is not None:
            (path,) = re.findall(r"^http\S+?(/invitation/\S+)", text.get_content(), re.MULTILINE)
            return str(path)
    raise LookupError(f"nothing was sent to {email}")


def test_an_invited_end_customer_reads_its_code_and_no_price(place: Place, visit: Visit) -> None:
    reseller, email = new_customer(place), f"it@{uuid4().hex[:12]}.example"
    key = reseller.bought(end_customer_email=email, end_customer_name="Fabrikam")
    selling = visit(place, reseller.email, "/portal/end-customers")
    selling.get_by_role("button", name="Invite Fabrikam to see its licences").click()
    expect(selling.get_by_role("status").first).to_have_text("The invitation has been sent.")
    check(selling)

    page = visit(place, path=link_to(place, email))
    check(page)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.get_by_role("button", name="See my licences").click()
    page.get_by_role("link", name=stored(place, key).name).click()
    ((code, _),) = coupons_of(place, key)
    expect(page.locator("#code")).to_have_text(code)
    check(page)
    expect(page.locator("main")).not_to_contain_text("USD")
    expect(page.locator("main")).not_to_contain_text(reseller.email)

    later = visit(place)
    sign_in(later, email, PASSWORD)
    expect(later.get_by_text("25 licences")).to_be_visible()
