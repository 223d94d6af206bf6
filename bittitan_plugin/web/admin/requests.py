"""Cancellation requests: the list, and the page on which staff accept or refuse one."""

from dataclasses import dataclass
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.flash import flash
from starlette_admin.routing import route

from bittitan_plugin.domain.access import Permission, Viewer
from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.cancellation import CancellationTerms
from bittitan_plugin.domain.errors import Refusal
from bittitan_plugin.domain.requests import CancellationRequest, RequestState
from bittitan_plugin.services.cancelling import cancellation
from bittitan_plugin.services.cancelling.requests import accept, reject
from bittitan_plugin.store.queries import back_office
from bittitan_plugin.store.queries.back_office import RequestLine
from bittitan_plugin.store.queries.browsing import Browser
from bittitan_plugin.store.unit_of_work import UnitOfWork
from bittitan_plugin.web.admin import fields
from bittitan_plugin.web.admin.admin_page import AdminPage, Question, actor_of, key_in, sent, to
from bittitan_plugin.web.admin.assets import CANCELLING, at_stake
from bittitan_plugin.web.admin.lists import AdminList
from bittitan_plugin.web.forms import form_of
from bittitan_plugin.web.site import Site, run

KEY = "cancellation-requests"


@dataclass(frozen=True, kw_only=True)
class RequestCase:
    """A request, and what accepting it would do."""

    request: CancellationRequest
    asset: Asset
    account: Account
    terms: CancellationTerms

    @property
    def id(self) -> UUID:
        """The request's id."""
        return self.request.id


class RequestList(AdminList):
    """Every request; pending ones come first."""

    key = KEY
    menu_label = "Cancellation requests"
    display_name = "cancellation request"
    icon = "fa-solid fa-rotate-left"
    permission = Permission.MANAGE_ORDERS
    detail_template = "request.html"
    fields_default_sort = [("created_at", True)]
    fields = [
        fields.text("asset", "Licences", lambda line: line.asset.name),
        fields.choice("state", "State", lambda line: line.request.state, RequestState),
        fields.text("order_number", "Order", lambda line: line.asset.order_number),
        fields.text("requested_by", "Asked by", lambda line: line.request.requested_by),
        fields.amount("total", "Would be credited", lambda line: line.asset.total),
        fields.moment("created_at", "Asked", lambda line: line.request.created_at),
        fields.moment("deadline", "Decide before", lambda line: line.request.deadline),
        fields.text("decided_by", "Decided by", lambda line: line.request.decided_by),
    ]

    async def get_pk_value(self, request: Request, obj: RequestLine | RequestCase) -> UUID:
        """A row is identified by the request's id."""
        return obj.request.id

    def browser(self, work: UnitOfWork) -> Browser[RequestLine]:
        """The list's query."""
        return back_office.requests(work)

    def look(self, work: UnitOfWork, key: UUID, viewer: Viewer) -> RequestCase:
        """The request with its terms as they are now."""
        return read_case(self.site, work, key)


class RequestPage(AdminPage):
    """Staff's decisions about a request."""

    path = f"/{KEY}"
    add_to_menu = False
    permission = Permission.MANAGE_ORDERS

    @route("/{id}/accept", methods=["GET"], name="request-accept-question")
    async def ask_accept(self, request: Request) -> Response:
        """What is taken back and credited once it is accepted."""
        key = key_in(request)
        case = await self.site.read(lambda work: read_case(self.site, work, key))
        if not (case.request.is_pending and case.terms.allowed):
            flash(request, "This request cannot be accepted.", "info")
            return to(request, page_of(key))
        question = Question(
            heading="Accept, and cancel the licences?",
            facts={"Asked by": case.request.requested_by, **at_stake(case.asset, case.terms)},
            terms=f"{case.terms.message} {CANCELLING}",
            button="Accept and cancel",
            action=f"/{KEY}/{key}/accept",
            back=page_of(key),
        )
        return self.ask(request, question)

    @route("/{id}/accept", methods=["POST"], name="request-accept")
    async def accept(self, request: Request) -> Response:
        """Accept: the cancellation executes."""
        key, actor = key_in(request), actor_of(request)
        return await self.act(
            request,
            page_of(key),
            "Accepted: the cancellation is being executed.",
            lambda: accept(self.site.tenant, key, actor),
        )

    @route("/{id}/refuse", methods=["POST"], name="request-refuse")
    async def refuse(self, request: Request) -> Response:
        """Refuse with a reason, which is sent to the customer; what was typed is kept."""
        key, actor = key_in(request), actor_of(request)
        reason = sent(await form_of(request), "comment")
        try:
            await run(lambda: reject(self.site.tenant, key, actor, reason))
        except Refusal as no:
            if no.field != "reason":
                flash(request, no.message, "error")
                return to(request, page_of(key))
            return self.ask(request, _refusing(key, reason, no.message))
        flash(request, "Refused: the customer is told why.", "success")
        return to(request, page_of(key))


def _refusing(key: UUID, reason: str, error: str) -> Question:
    return Question(
        heading="Refuse the request?",
        facts={},
        terms="The licences stay sold, and the customer is told why.",
        button="Refuse",
        action=f"/{KEY}/{key}/refuse",
        back=page_of(key),
        comment="Why; the customer is told",
        typed=reason,
        error=error,
    )


def read_case(site: Site, work: UnitOfWork, key: UUID) -> RequestCase:
    """The request with its terms as they are now."""
    asked = work.requests.get(key)
    asset = work.assets.get(asked.asset_id)
    installation = work.installations.by_id(work.installation_id)
    return RequestCase(
        request=asked,
        asset=asset,
        account=work.accounts.get(asset.account_id),
        terms=cancellation.terms(site.ports, installation, asset),
    )


def page_of(request_id: UUID) -> str:
    """The path of a request's page below the back office's root."""
    return f"/{KEY}/detail?pk={request_id}"
