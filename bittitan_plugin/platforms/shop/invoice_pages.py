"""A customer's invoices in the browser: their list, each a page and a PDF, and nobody else's."""

from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.platforms.shop.invoice_documents import (
    FoundInvoice,
    InvoiceDocument,
    Settlement,
    find_invoice,
    list_invoices,
)
from bittitan_plugin.platforms.shop.invoices import PATH
from bittitan_plugin.services.branding import find_logo
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.web.site import Site, run

#: How a customer reads whether it has to pay, and in which tone.
_WORDS = {
    Settlement.UNPAID: ("Not paid yet", "wait"),
    Settlement.PAID: ("Paid", "good"),
    Settlement.CREDITED: ("Credited: there is nothing to pay", "plain"),
}

#: Invoices on one page of the list, and the last page that is asked for. Our choice.
SIZE, LAST = 50, 10_000


def invoice_routes(site: Site) -> list[BaseRoute]:
    """``/invoices/``, ``/invoices/ID`` and its ``/pdf``; staff are led to the back office's."""

    async def listed(request: Request) -> Response:
        if await _is_for_staff(site, request):
            return RedirectResponse("/admin/invoices/list")
        viewer, number = await site.customer(request), _page_number(request)
        skip = (number - 1) * SIZE
        # One more than is shown, to know whether there are older ones.
        found = await site.read(lambda work: list_invoices(work.session, viewer, SIZE + 1, skip))
        return await site.page(
            request,
            "shop/invoices.html",
            invoices=found[:SIZE],
            words=_WORDS,
            newer=number - 1,
            older=number + 1 if len(found) > SIZE else None,
        )

    async def page(request: Request) -> Response:
        if await _is_for_staff(site, request):
            return RedirectResponse(f"/admin/invoices/detail?pk={request.path_params['id']}")
        found = await _own(site, request)
        return await site.page(request, "shop/invoice.html", found=found, words=_WORDS)

    async def pdf(request: Request) -> Response:
        if await _is_for_staff(site, request):
            return RedirectResponse(f"/admin/invoices/{request.path_params['id']}/pdf")
        found = await _own(site, request)
        zone = (await run(site.installation)).configuration.zone
        return await run(lambda: as_pdf(site.tenant, found.document, zone))

    one, middleware = f"{PATH}/{{id:uuid}}", site.middleware()
    return [
        Route(f"{PATH}/", listed, methods=["GET"], middleware=middleware),
        Route(one, page, methods=["GET"], middleware=middleware),
        Route(f"{one}/pdf", pdf, methods=["GET"], middleware=middleware),
    ]


def as_pdf(tenant: Tenant, invoice: InvoiceDocument, zone: ZoneInfo) -> Response:
    """The invoice for download, with the distributor's logo. Makes it, which takes a moment."""
    # The library and its letters are loaded when the first invoice is asked for.
    from bittitan_plugin.platforms.shop.invoice_pdf import pdf_of

    named = {"Content-Disposition": f'attachment; filename="{invoice.number}.pdf"'}
    content = pdf_of(invoice, zone, find_logo(tenant))
    return Response(content, media_type="application/pdf", headers=named)


def _page_number(request: Request) -> int:
    asked = request.query_params.get("page", "")
    return min(int(asked), LAST) if asked.isascii() and asked.isdecimal() and asked != "0" else 1


async def _is_for_staff(site: Site, request: Request) -> bool:
    viewer = await site.viewer(request)
    return viewer.may(Permission.MANAGE_ORDERS)


async def _own(site: Site, request: Request) -> FoundInvoice:
    viewer, key = await site.customer(request), request.path_params["id"]
    found = await site.read(lambda work: find_invoice(work.session, key, owner=viewer))
    if found is None:
        raise Refusal(ErrorCode.NOT_FOUND, "There is no such invoice.", field="id")
    return found
