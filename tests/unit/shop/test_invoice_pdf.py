"""An invoice as a PDF: every letter of Europe can be read back, and every number is there."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from pypdf import PdfReader

from bittitan_plugin.domain.branding import Logo, read_logo
from bittitan_plugin.domain.invoicing import Party, Taxation, total_of
from bittitan_plugin.domain.money import Money
from bittitan_plugin.platforms.shop.invoice_documents import InvoiceDocument, Position
from bittitan_plugin.platforms.shop.invoice_pdf import pdf_of
from bittitan_plugin.platforms.shop.invoices import InvoiceKind
from tests.tables import every

ATHENS = ZoneInfo("Europe/Athens")
#: A name or a sentence of each alphabet and of each language with letters of its own.
EUROPE = [
    "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία, Α.Ε.",
    "ΐ ΰ Ά Έ Ή Ί Ό Ύ Ώ ς",
    "Съешь ещё этих мягких французских булок",
    "Щастя б'ється: ґанок, їжак, єнот, Київ",
    "Ђурђевак, Љубљана, Њива, Ћуприја, Џез",
    "Ѓорче, Ќерка, Ѕвезда, ѐ ѝ",
    "Zażółć gęślą jaźń Sp. z o.o.",
    "Kæmi ný öxi hér, ykist þjófum, Ðór",
    "Příliš žluťoučký kůň úpěl ďábelské ódy, ľŕĺ",
    "Árvíztűrő tükörfúrógép",
    "Fişul ţării: ă â î ș ț, Ğ ğ İ ı Ş ş",
    "Glāžšķūņa rūķīši, ąčęėįšųūž, Õõ",
    "Ħaż-Żebbuġ, Ċ ċ Ġ ġ, Ŵ ŵ Ŷ ŷ, Œ œ Ÿ, ¿ñ? ß ẞ å ø",
    "Δ & Co., „Größe“ – 5 € · £ · ₺",
]


def document(**changes: object) -> InvoiceDocument:
    taxation = Taxation(rate=Decimal("24.00"))
    positions = tuple(
        Position(
            text="BitTitan Mailbox License",
            sku="BT-MBX",
            quantity=quantity,
            unit_price=Money.of("12.40", "EUR"),
            amount=taxation.of(Money.of("12.40", "EUR").times(quantity)),
        )
        for quantity in (1, 100)
    )
    made = InvoiceDocument(
        id=UUID(int=1),
        kind=InvoiceKind.INVOICE,
        number="INV-000007",
        issued_at=datetime(2026, 3, 10, 23, 30, tzinfo=UTC),
        order_number="12",
        seller=Party(name="Seller Ltd", tax_number="EL123456789"),
        buyer=Party(name="Buyer Ltd", street="High Street 1", city="Cork", country="IE"),
        positions=positions,
        total=total_of((each.amount for each in positions), "EUR"),
        tax_rate=Decimal("24.00"),
        prices_include_tax=True,
        credits=None,
        reason="",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def read_back(invoice: InvoiceDocument) -> str:
    pages = PdfReader(BytesIO(pdf_of(invoice, ATHENS))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@every("name", EUROPE)
def test_every_letter_of_europe_is_read_back(name: str) -> None:
    assert name in read_back(document(buyer=Party(name=name)))


@pytest.mark.parametrize(
    "words",
    [
        "Invoice INV-000007",
        "Date: 11 Mar 2026",  # the day in Athens
        "Seller Ltd Tax number EL123456789",
        "Billed to Buyer Ltd High Street 1 Cork IE",
        "BitTitan Mailbox License (BT-MBX) 100 12.40 1,000.00 240.00 1,240.00",
        "Net 1,010.00 EUR Tax, 24 % 242.40 EUR Total 1,252.40 EUR",
        "Prices include tax.",
        "page 1 of 1",
    ],
)
def test_it_says_what_the_invoice_says(words: str) -> None:
    assert words in read_back(document())


def test_a_credit_invoice_names_what_it_takes_back_and_why() -> None:
    words = read_back(
        document(
            kind=InvoiceKind.CREDIT, number="CR-000001", credits="INV-000007", reason="Too many"
        )
    )
    assert "Credit invoice CR-000001" in words
    assert "Takes back: Invoice INV-000007 Reason: Too many" in words
    assert "Credited 1,252.40 EUR" in words


def test_without_a_rate_it_has_no_columns_of_tax() -> None:
    assert "Tax," not in read_back(document(tax_rate=None))


def test_a_long_invoice_goes_on_over_pages_and_repeats_the_names_of_its_columns() -> None:
    pages = PdfReader(BytesIO(pdf_of(document(positions=document().positions * 30), ATHENS))).pages
    assert len(pages) > 1
    assert all("Article" in page.extract_text() for page in pages[:2])
    assert f"page 1 of {len(pages)}" in pages[0].extract_text()


def test_the_letters_travel_with_it() -> None:
    (page,) = PdfReader(BytesIO(pdf_of(document(), ATHENS))).pages
    fonts = page["/Resources"]["/Font"].values()  # type: ignore[index]
    described = [font.get_object()["/DescendantFonts"][0].get_object() for font in fonts]
    assert described
    assert all("/FontFile2" in each["/FontDescriptor"].get_object() for each in described)


def test_the_logo_stands_on_it_once() -> None:
    drawn = BytesIO()
    Image.new("RGB", (40, 10), "teal").save(drawn, "PNG")
    pages = PdfReader(BytesIO(pdf_of(document(), ATHENS, read_logo(drawn.getvalue())))).pages
    assert [len(page.images) for page in pages] == [1]


def test_a_damaged_logo_is_left_out_and_holds_up_no_invoice() -> None:
    damaged = Logo(content_type="image/png", width=4, height=4, content=b"no picture")
    (page,) = PdfReader(BytesIO(pdf_of(document(), ATHENS, damaged))).pages
    assert len(page.images) == 0
    assert document().number in page.extract_text()
