"""Base of our own pages in the back office, and what each form there does around its use case."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette_admin.flash import flash, get_flashed_messages
from starlette_admin.views import CustomView

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.errors import (
    ErrorCode,
    OutcomeUnknown,
    Refusal,
    Rejected,
    Unavailable,
)
from bittitan_plugin.domain.history import Actor
from bittitan_plugin.ports.platform import PluginsRejected
from bittitan_plugin.web.admin.admin_context import context_of
from bittitan_plugin.web.site import Site, run

#: The errors with which a use case refuses; each has a sentence for people.
SAID_NO = (Refusal, Rejected, Unavailable, OutcomeUnknown, PluginsRejected)


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked before an act that does harm; the paths are named from the back office's root.

    ``facts`` are whom and what it is about, amounts above all; ``terms`` says what happens then.
    """

    heading: str
    facts: Mapping[str, str]
    terms: str
    button: str
    action: str
    back: str
    #: The label of a field for a comment, if one is recorded.
    comment: str | None = None
    typed: str = ""
    error: str = ""
    #: The look of the button: ``danger``, or ``primary`` for what gives back.
    kind: str = "danger"
    hidden: Mapping[str, str] = field(default_factory=dict)


class AdminPage(CustomView):
    """One area of the back office with pages of its own."""

    permission: ClassVar[Permission]

    def __init__(self, site: Site) -> None:
        super().__init__()
        self.site = site

    def is_accessible(self, request: Request) -> bool:
        """Whether the user may open this area."""
        return context_of(request).viewer.may(self.permission)

    async def index(self, request: Request) -> Response:
        """The area's first page; without an override there is none and it is not routed."""
        raise NotImplementedError

    def show(
        self, request: Request, template: str, *, status: int = 200, **values: Any
    ) -> Response:
        """A page within the back office's layout."""
        if self.templates is None:
            raise RuntimeError("the page is not part of a back office yet")
        context = {
            "title": self.title(request),
            "flashed_messages": get_flashed_messages(request),
            **values,
        }
        return self.templates.TemplateResponse(request, template, context, status)

    def ask(self, request: Request, question: Question) -> Response:
        """The page that asks; its form does the act."""
        status = 422 if question.error else 200
        return self.show(request, "question.html", status=status, question=question)

    async def act(
        self, request: Request, back: str, done: str, use_case: Callable[[], object]
    ) -> Response:
        """Do it, then show the page of the form again, with the result."""
        try:
            await run(use_case)
        except SAID_NO as no:
            flash(request, said(no), "error")
        else:
            flash(request, done, "success")
        return to(request, back)


def to(request: Request, path: str) -> Response:
    """Redirect to a page of the back office, named from its root."""
    return RedirectResponse(f"{request.scope['root_path']}{path}", 303)


def actor_of(request: Request) -> Actor:
    """The actor under which the user's changes are recorded."""
    return context_of(request).viewer.actor


def said(no: Exception) -> str:
    """The sentence of a refusal."""
    message = getattr(no, "message", None)
    return str(message or no)


def faults_of(no: Exception) -> dict[str, str]:
    """Every sentence of a refusal by the field it is about; empty for the form as a whole."""
    refusals: Sequence[Exception] = getattr(no, "refusals", (no,))
    found: dict[str, str] = {}
    for each in refusals:
        name = getattr(each, "field", None) or ""
        found[name] = " ".join(filter(None, [found.get(name), said(each)]))
    return found


def key_in(request: Request, name: str = "id") -> UUID:
    """The id in the address. Raises ``Refusal`` NOT_FOUND when it is not an id."""
    try:
        return UUID(request.path_params[name])
    except ValueError:
        raise Refusal(ErrorCode.NOT_FOUND, "There is nothing at this address.") from None


def sent(form: FormData, name: str) -> str:
    """A field of a form as text; empty when it was not sent."""
    value = form.get(name, "")
    return "" if isinstance(value, UploadFile) else value
