"""The page behind the link of an invoice or credit invoice that the plugin made at a Saleor.

Anybody with the link may read it, as with the links of Saleor's other invoice apps: the link is
sealed, it is sent to the customer by mail, and it leads to this one invoice only.
"""

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from bittitan_plugin.domain.errors import BitTitanError, Unavailable
from bittitan_plugin.platforms.saleor.gateway import SaleorGateway
from bittitan_plugin.platforms.saleor.invoice_documents import InvoiceDocument
from bittitan_plugin.platforms.saleor.invoice_links import PATH, InvoiceLinks, InvoicePage
from bittitan_plugin.platforms.saleor.pages.call_threads import Busy, FewAtATime
from bittitan_plugin.platforms.saleor.pages.frames import PACKAGE
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.web.pages import Pages
from bittitan_plugin.web.security_headers import SecurityHeaders

#: The most readers of one Saleor's invoices at a time. More than for strangers' calls: reading
#: needs a link, and on a billing day many customers come at once.
MOST_READERS = 10
_GONE = "This invoice does not exist, or not any more."
_LATER = "The shop does not answer just now. Please try again in a few minutes."


def invoice_routes(ports: Ports, public_url: str) -> list[BaseRoute]:
    """One address per invoice."""
    links, few = InvoiceLinks(public_url, ports.cipher), FewAtATime(MOST_READERS)
    pages = Pages(platform=PACKAGE)

    def read(named: InvoicePage) -> InvoiceDocument | None:
        host = ports.platforms.of(named.installation_id)
        if not isinstance(host, SaleorGateway):
            return None
        return host.invoice_document(named.order_id, named.number)

    async def find(sealed: str) -> InvoiceDocument | None:
        named = await to_thread.run_sync(links.read, sealed)
        return await few.run(str(named.installation_id), lambda: read(named)) if named else None

    async def show(request: Request) -> Response:
        try:
            document = await find(request.path_params["sealed"])
        except (Unavailable, Busy):
            return pages.notice(request, 503, "Not now", _LATER)
        except BitTitanError:
            document = None
        if document is None:
            return pages.notice(request, 404, "No such invoice", _GONE)
        answer = pages.page(request, "saleor/invoice.html", {"invoice": document})
        # The address is the key to the page: no cache may keep it, and SecurityHeaders hides it.
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return [Mount(PATH, SecurityHeaders(Route("/{sealed}", show)))]
