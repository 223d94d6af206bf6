"""BitTitan away, mail away: the back office opens, says which, and a button that fails says why."""

from collections.abc import Iterator

import pytest

from bittitan_plugin.domain.errors import Unavailable
from bittitan_plugin.web.admin import health
from tests.integration.admin.backoffice import BackOffice, told
from tests.waiting import PATIENCE_S


@pytest.fixture
def asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """What neighbours said a moment ago does not count, and a slow one is waited for."""
    monkeypatch.setattr(health, "FRESH_S", 0.0)
    monkeypatch.setattr(health, "PATIENCE_S", PATIENCE_S)


@pytest.fixture
def vendor_down(office: BackOffice) -> Iterator[None]:
    faults = office.shop.sandbox.sandbox.faults
    faults.add("status", status=503)
    yield
    faults.clear()


@pytest.mark.usefixtures("asked_anew", "vendor_down")
def test_the_overview_says_that_bittitan_is_away(office: BackOffice) -> None:
    assert "Look BitTitan Could not sign in: the answer was 503." in told(
        office.staff().open("/admin/")
    )


@pytest.mark.usefixtures("asked_anew")
def test_the_overview_says_that_mail_is_away(
    office: BackOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise Unavailable("The mail server does not answer.")

    monkeypatch.setattr(office.shop.ports.mailer, "check", away)
    assert "Look Mail The mail server does not answer." in told(office.staff().open("/admin/"))


@pytest.mark.usefixtures("vendor_down")
def test_a_button_that_needs_bittitan_says_that_it_is_away(office: BackOffice) -> None:
    staff = office.staff()
    form = staff.open("/admin/settings").form("/save")
    form.action = "/admin/settings/test"
    page = staff.send(form)
    assert page.status == 422
    assert "The coupon API could not be reached" in page.text
