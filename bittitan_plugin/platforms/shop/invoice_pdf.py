"""An invoice as a PDF on A4, in embedded letters that every language of Europe has."""

from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from fpdf import FPDF, FontFace
from fpdf.enums import XPos, YPos

from bittitan_plugin.domain.branding import Logo
from bittitan_plugin.domain.invoicing import Party
from bittitan_plugin.domain.money import Money
from bittitan_plugin.platforms.shop.invoice_documents import InvoiceDocument, Position
from bittitan_plugin.web.pages import day, money

log = structlog.get_logger(__name__)

FONTS = Path(__file__).with_name("fonts")
_FAMILY = "DejaVu"
#: Sizes in points, measures in millimetres.
_SMALL, _NORMAL, _LARGE = 8, 9, 16
_LINE, _MARGIN = 5, 20
_LOGO_WIDTH, _LOGO_HEIGHT = 60, 15


def pdf_of(invoice: InvoiceDocument, zone: ZoneInfo, logo: Logo | None = None) -> bytes:
    """The same words and numbers as the invoice's page, with its day in ``zone``.

    A ``logo`` that cannot be drawn is left out: no invoice waits for a picture.
    """
    pdf = _Sheet(invoice.title)
    pdf.set_title(invoice.title)
    pdf.set_author(invoice.seller.name)
    pdf.set_creation_date(invoice.issued_at)
    pdf.set_lang("en")
    pdf.add_page()
    if logo is not None:
        _draw(pdf, logo)
    _parties(pdf, invoice)
    _facts(pdf, invoice, zone)
    _positions(pdf, invoice)
    _totals(pdf, invoice)
    return bytes(pdf.output())


class _Sheet(FPDF):
    """A4 with our letters, and the number of each page at its foot."""

    def __init__(self, title: str) -> None:
        super().__init__(format="A4")
        self._foot = title
        self.add_font(_FAMILY, "", FONTS / "DejaVuSans.ttf")
        self.add_font(_FAMILY, "B", FONTS / "DejaVuSans-Bold.ttf")
        self.set_font(_FAMILY, size=_NORMAL)
        self.set_margins(_MARGIN, _MARGIN)
        self.set_auto_page_break(auto=True, margin=_MARGIN)

    def footer(self) -> None:
        """``Invoice INV-000001, page 1 of 2``."""
        self.set_y(-_MARGIN + _LINE)
        self.set_font(_FAMILY, size=_SMALL)
        self.cell(w=0, text=f"{self._foot}, page {self.page_no()} of {{nb}}", align="R")

    def line_of(self, text: str, *, bold: bool = False, size: int = _NORMAL) -> None:
        """A line, or as many as it takes."""
        self.set_font(_FAMILY, "B" if bold else "", size)
        self.multi_cell(
            w=0, h=size * 0.55, text=text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )


def _draw(pdf: _Sheet, logo: Logo) -> None:
    """The logo at the top, at the right margin, no larger than its place."""
    scale = min(_LOGO_WIDTH / logo.width, _LOGO_HEIGHT / logo.height)
    width, height = logo.width * scale, logo.height * scale
    place = pdf.w - _MARGIN - width
    try:
        pdf.image(BytesIO(logo.content), x=place, y=_MARGIN, w=width, h=height)
    except Exception as fault:
        # Damaged pictures fail in more ways than the libraries name.
        log.warning("logo cannot be drawn", reason=type(fault).__name__)


def _parties(pdf: _Sheet, invoice: InvoiceDocument) -> None:
    for line in _lines_of(invoice.seller):
        pdf.line_of(line, size=_SMALL)
    pdf.ln(3 * _LINE)
    pdf.line_of("Billed to", bold=True, size=_SMALL)
    for line in _lines_of(invoice.buyer):
        pdf.line_of(line)
    pdf.ln(3 * _LINE)


def _lines_of(party: Party) -> list[str]:
    number = f"Tax number {party.tax_number}" if party.tax_number else ""
    return [line for line in (party.name, *party.address, number) if line]


def _facts(pdf: _Sheet, invoice: InvoiceDocument, zone: ZoneInfo) -> None:
    pdf.line_of(invoice.title, bold=True, size=_LARGE)
    pdf.ln(_LINE)
    pdf.line_of(f"Date: {day(invoice.issued_at, zone)}")
    pdf.line_of(f"Order: {invoice.order_number}")
    if invoice.credits:
        pdf.line_of(f"Takes back: Invoice {invoice.credits}")
    if invoice.reason:
        pdf.line_of(f"Reason: {invoice.reason}")
    pdf.ln(_LINE)


def _positions(pdf: _Sheet, invoice: InvoiceDocument) -> None:
    taxed = invoice.tax_rate is not None
    heads = ["Article", "Quantity", "Price", *(["Net", "Tax"] if taxed else []), "Amount"]
    widths = (58, 18, 25, 23, 21, 25) if taxed else (94, 20, 28, 28)
    pdf.set_font(_FAMILY, size=_SMALL)
    with pdf.table(
        col_widths=widths,
        text_align=("LEFT", *["RIGHT"] * (len(heads) - 1)),
        borders_layout="HORIZONTAL_LINES",
        line_height=_LINE,
        headings_style=FontFace(emphasis="BOLD"),
    ) as table:
        table.row(heads)
        for position in invoice.positions:
            table.row(_cells(position, taxed=taxed))


def _cells(position: Position, *, taxed: bool) -> list[str]:
    amount = position.amount
    return [
        f"{position.text} ({position.sku})" if position.sku else position.text,
        "" if position.quantity is None else str(position.quantity),
        "" if position.unit_price is None else _bare(position.unit_price),
        *([_bare(amount.net), _bare(amount.tax)] if taxed else []),
        _bare(amount.gross),
    ]


def _totals(pdf: _Sheet, invoice: InvoiceDocument) -> None:
    pdf.ln(_LINE)
    total, rows = invoice.total, []
    if invoice.tax_rate is not None:
        rows += [("Net", total.net), (f"Tax, {invoice.rate}", total.tax)]
    for name, amount in rows:
        _sum(pdf, name, amount)
    _sum(pdf, "Credited" if invoice.is_credit else "Total", total.gross, bold=True)
    if invoice.tax_rate is not None:
        pdf.ln(_LINE)
        pdf.line_of(invoice.on_prices, size=_SMALL)


def _sum(pdf: _Sheet, name: str, amount: Money, *, bold: bool = False) -> None:
    pdf.set_font(_FAMILY, "B" if bold else "", _NORMAL)
    pdf.cell(w=pdf.epw - 45, h=_LINE + 1, text=name, align="R")
    pdf.cell(w=45, h=_LINE + 1, text=money(amount), align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _bare(amount: Money) -> str:
    """Without the currency, which the total names: the columns are narrow."""
    return money(amount).removesuffix(f" {amount.currency}")
