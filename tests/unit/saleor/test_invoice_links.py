"""Links to invoices: they lead to one invoice, and cannot be made or changed by others."""

from uuid import UUID

import pytest

from bittitan_plugin.base.cipher import Cipher, generate_key
from bittitan_plugin.platforms.saleor.invoice_links import PATH, InvoiceLinks, InvoicePage

INSTALLATION = UUID("9a078c91-045d-4e58-b070-c149a50537a4")


@pytest.fixture
def cipher() -> Cipher:
    return Cipher([generate_key()])


@pytest.fixture
def links(cipher: Cipher) -> InvoiceLinks:
    return InvoiceLinks("https://plugin.example/", cipher)


def sealed_part(links: InvoiceLinks) -> str:
    return links.of(INSTALLATION)("T3JkZXI6MQ==", "INV-1").rsplit("/", 1)[1]


def test_a_link_leads_to_its_invoice(links: InvoiceLinks) -> None:
    assert links.read(sealed_part(links)) == InvoicePage(
        installation_id=INSTALLATION, order_id="T3JkZXI6MQ==", number="INV-1"
    )


def test_a_link_is_an_address_of_ours(links: InvoiceLinks) -> None:
    link = links.of(INSTALLATION)("T3JkZXI6MQ==", "INV-1")
    assert link.startswith(f"https://plugin.example{PATH}/")


def test_a_link_is_short_enough_for_saleor(links: InvoiceLinks) -> None:
    assert len(links.of(INSTALLATION)("x" * 60, "INV-1234567")) < 2048


def test_a_changed_link_leads_nowhere(links: InvoiceLinks) -> None:
    sealed = sealed_part(links)
    other = "A" if sealed[40] != "A" else "B"
    assert links.read(sealed[:40] + other + sealed[41:]) is None


@pytest.mark.parametrize("sealed", ["", "INV-1", "../../etc/passwd", "x" * 5000])
def test_what_is_no_link_of_ours_leads_nowhere(links: InvoiceLinks, sealed: str) -> None:
    assert links.read(sealed) is None


@pytest.mark.parametrize("secret", ["CODE-1234", f'["other","{INSTALLATION}","b","c"]', "[]", "1"])
def test_another_secret_of_ours_is_no_link(
    links: InvoiceLinks, cipher: Cipher, secret: str
) -> None:
    assert links.read(cipher.seal(secret)) is None
