"""Connects starlette-admin's lists to our own queries, with one visit to the database each."""

from abc import abstractmethod
from collections.abc import Sequence
from tempfile import TemporaryFile
from typing import Any, ClassVar
from uuid import UUID

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates
from starlette_admin.actions import ActionSelection, action
from starlette_admin.exceptions import ActionFailed
from starlette_admin.filters import FilterGroup
from starlette_admin.flash import flash, get_flashed_messages
from starlette_admin.types import RequestAction
from starlette_admin.views import BaseModelView, build_export_form

from bittitan_plugin.domain.access import Permission, Viewer
from bittitan_plugin.domain.audit_entries import Subject, SubjectKind
from bittitan_plugin.domain.history import Change
from bittitan_plugin.domain.texts import LONGEST_SEARCH, is_line, seen
from bittitan_plugin.store.queries.browsing import Browser, Wanted
from bittitan_plugin.store.unit_of_work import UnitOfWork
from bittitan_plugin.web.admin import fields
from bittitan_plugin.web.admin.admin_context import context_of
from bittitan_plugin.web.admin.admin_page import actor_of, sent, to
from bittitan_plugin.web.admin.export import FORMATS, Write, sent_as
from bittitan_plugin.web.admin.filters import criteria_of
from bittitan_plugin.web.admin.many import Chosen, Deed, each, mark_of
from bittitan_plugin.web.forms import form_of
from bittitan_plugin.web.pages import counted
from bittitan_plugin.web.site import Site, run

#: The rows of an export that are read together. Our choice.
EXPORTED_AT_ONCE = 500


class AdminList(BaseModelView):
    """A list over one of the back office's queries.

    Its first column opens a row's page. Search, filters, sorting and columns stand in the address,
    so that a list can be kept as a bookmark and sent to others.
    """

    #: The permission to see the list.
    permission: ClassVar[Permission]
    pk_attr = "id"
    page_size = 25
    page_size_options = [25, 50, 100]
    #: Only says that there is an export: ``export_action`` writes the files.
    exporters = ["csv"]
    importers = []
    row_actions = []
    search_highlight = False
    #: Set when the list becomes part of a back office.
    templates: Jinja2Templates | None = None
    #: The most rows that one action is done to. Our choice: a page can name them.
    action_select_all_limit = 500
    #: The columns that are shown unless the address names others; none is all of them.
    shown: ClassVar[Sequence[str]] = ()

    def __init__(self, site: Site) -> None:
        self.site = site
        self.fields = [fields.opening(self.fields[0]), *self.fields[1:]]
        # Pages of one row have templates of their own.
        self.exclude_fields_from_detail = [field.name for field in self.fields]
        # starlette-admin takes every field for one to sort by unless it is told which ones are.
        self.sortable_fields = [field.name for field in self.fields if field.orderable]
        super().__init__()

    @abstractmethod
    def browser(self, work: UnitOfWork) -> Browser[Any]:
        """The list's query."""

    def browser_for(self, work: UnitOfWork, viewer: Viewer) -> Browser[Any]:
        """The list's query, as far as that viewer may see its rows; by default all of them."""
        return self.browser(work)

    @abstractmethod
    def look(self, work: UnitOfWork, key: UUID, viewer: Viewer) -> Any:
        """Everything the page of one row shows to whoever may see the list; it has ``id``.

        What needs another permission than the list is left out unless ``viewer`` holds it. Raises
        ``Refusal`` NOT_FOUND.
        """

    async def find_all(
        self,
        request: Request,
        skip: int = 0,
        limit: int = 100,
        q: str | None = None,
        sorts: Sequence[tuple[str, str]] | None = None,
        filters: FilterGroup | None = None,
    ) -> Sequence[Any]:
        """The rows of one page."""
        viewer = context_of(request).viewer
        wanted = Wanted(
            search=_searched(q),
            criteria=criteria_of(filters, context_of(request).zone),
            sorts=[(name, direction == "desc") for name, direction in sorts or ()],
            skip=skip,
            limit=limit,
        )
        return await self.lines(
            await self.site.read(
                lambda work: self.browser_for(work, viewer).page(work.session, wanted)
            )
        )

    async def lines(self, found: Sequence[Any]) -> Sequence[Any]:
        """The query's results as the rows of the list."""
        return found

    async def count(
        self, request: Request, q: str | None = None, filters: FilterGroup | None = None
    ) -> int:
        """How many rows match, up to the counting limit."""
        viewer = context_of(request).viewer
        criteria = criteria_of(filters, context_of(request).zone)
        wanted = Wanted(search=_searched(q), criteria=criteria)
        return await self.site.read(
            lambda work: self.browser_for(work, viewer).count(work.session, wanted)
        )

    async def find_by_pk(self, request: Request, pk: Any) -> Any:
        """What the page of one row shows; None for an invalid or unknown id."""
        try:
            key = UUID(str(pk))
        except ValueError:
            return None
        viewer = context_of(request).viewer
        return await self.site.read(lambda work: self.look(work, key, viewer))

    async def find_by_pks(self, request: Request, pks: list[Any]) -> Sequence[Any]:
        """The rows chosen for an export, as in the list; unknown ids are left out."""
        viewer = context_of(request).viewer
        return await self.lines(
            await self.site.read(
                lambda work: self.browser_for(work, viewer).chosen(work.session, pks)
            )
        )

    @action(
        name="export",
        text="Export",
        header="Export",
        confirmation="",
        icon_class="list.export",
        submit_btn_text="Export",
        form=build_export_form,
        custom_response=True,
        allow_empty_selection=True,
        dedicated_button=True,
    )
    async def export_action(self, request: Request, selection: ActionSelection) -> Response:
        """Everything that matches, or the rows that were chosen, as a file."""
        request.state.action = RequestAction.EXPORT
        form = await form_of(request)
        ending = sent(form, "format") if sent(form, "format") in FORMATS else "csv"
        viewer, kind = context_of(request).viewer, FORMATS[ending]
        if sent(form, "scope") == "selected" and not selection.is_select_all:
            keys: Sequence[Any] = await selection.pks()
        else:
            wanted = Wanted(
                search=_searched(selection.q),
                criteria=criteria_of(selection.filters, context_of(request).zone),
                sorts=self._sorts(request),
            )
            keys = await self.site.read(
                lambda work: self.browser_for(work, viewer).keys(work.session, wanted)
            )
        if kind.most is not None and len(keys) > kind.most:
            said = f"{len(keys):,} rows are more than a sheet of {ending.upper()} holds: filter"
            flash(request, f"{said} them, or take CSV.", "error")
            return to(request, f"/{self.key}/list")
        # Without a name: nobody else can read it, and it is gone with whoever reads it.
        file = TemporaryFile()  # noqa: SIM115 - closed when it was sent
        with kind.opened(file) as write:
            count = await self._write_rows(request, keys, write)
        await run(
            lambda: self._record(request, f"{counted(count, 'row', 'rows')} as {ending.upper()}")
        )
        return sent_as(f"{self.key}.{ending}", kind, file)

    async def _write_rows(self, request: Request, keys: Sequence[Any], write: Write) -> int:
        """Write the rows of these keys, some at a time; how many items there were."""
        context, sorts, count = context_of(request), self._sorts(request), 0
        shown = self.get_fields_list(request)
        write(fields.headings(shown))
        for start in range(0, len(keys), EXPORTED_AT_ONCE):
            some = keys[start : start + EXPORTED_AT_ONCE]

            def read(work: UnitOfWork, some: Sequence[Any] = some) -> Sequence[Any]:
                return self.browser_for(work, context.viewer).chosen(work.session, some, sorts)

            found = await self.site.read(read)
            for item in await self.lines(found):
                values = [await field.parse_obj(request, item) for field in shown]
                for row in fields.exported(shown, values, context.zone):
                    write(row)
                count += 1
        return count

    def _sorts(self, request: Request) -> list[tuple[str, bool]]:
        """The order of the list from which an action was taken: (field, descending)."""
        address = QueryParams(request.query_params.get("_list_query", "").removeprefix("?"))
        asked = [each.rpartition("__") for each in address.getlist("sort")]
        known = self.sortable_fields or ()
        return [(name, way == "desc") for name, _, way in asked if name in known] or [
            (each, False) if isinstance(each, str) else each
            for each in self.fields_default_sort or ()
        ]

    def _record(self, request: Request, done: str) -> None:
        """Add to the audit what staff took from this list."""
        with self.site.tenant.writing() as work:
            work.audit.record(
                actor_of(request),
                self.site.ports.clock(),
                Subject(kind=SubjectKind.LIST, id=str(self.key), name=str(self.menu_label)),
                [Change(field="export", before=None, after=done)],
            )

    async def each(self, request: Request, selection: ActionSelection, deed: Deed) -> Response:
        """Do it to each row that was chosen; the page that asks before, or says what was done."""
        form = await form_of(request)
        only = set(form.getlist("only"))
        rows = [
            row
            for row in await self._chosen(request, selection)
            if not only or str(row.key) in only
        ]
        mark = mark_of(rows)
        answered = sent(form, "mark")
        if deed.question and (deed.faults or answered != mark):
            changed = bool(answered) and answered != mark
            return self._show(
                request, deed.template, deed=deed, rows=rows, mark=mark, changed=changed
            )
        summary = await run(lambda: each(rows, deed.do))
        return self._show(
            request, "many.html", deed=deed, summary=summary, mark=mark_of(summary.left)
        )

    async def _chosen(self, request: Request, selection: ActionSelection) -> list[Chosen]:
        """The rows with their names, which stand in the first column."""
        return [
            Chosen(key=await self.get_pk_value(request, item), name=await self.named(request, item))
            for item in await selection.rows()
        ]

    async def named(self, request: Request, item: Any) -> str:
        """A row as people know it: by what stands in its first column."""
        first = self.fields[0]
        value = await first.parse_obj(request, item)
        return fields.named(first, value, context_of(request).zone)

    def _show(self, request: Request, template: str, **values: Any) -> Response:
        if self.templates is None:
            raise RuntimeError("the list is not part of a back office yet")
        query = request.query_params.get("_list_query", "").removeprefix("?")
        common = {
            "view": self,
            "title": values["deed"].title,
            "flashed_messages": get_flashed_messages(request),
            "back": f"{request.scope['root_path']}/{self.key}/list?{query}",
        }
        return self.templates.TemplateResponse(request, template, common | values)

    def is_accessible(self, request: Request) -> bool:
        """Whether the user may see the list."""
        return context_of(request).viewer.may(self.permission)

    def can_create(self, request: Request) -> bool:
        """Never: the list itself makes and changes nothing."""
        return False

    def can_edit(self, request: Request) -> bool:
        """Never: changes have pages of their own."""
        return False

    def can_delete(self, request: Request) -> bool:
        """Never: nothing is deleted by the list."""
        return False

    def can_import(self, request: Request) -> bool:
        """Never: imports have pages of their own."""
        return False

    async def create(self, request: Request, data: dict[str, Any]) -> Any:
        """Never routed to: see ``can_create``."""
        raise NotImplementedError

    async def edit(self, request: Request, pk: Any, data: dict[str, Any]) -> Any:
        """Never routed to: see ``can_edit``."""
        raise NotImplementedError

    async def delete(self, request: Request, pks: list[Any]) -> int | None:
        """Never routed to: see ``can_delete``."""
        raise NotImplementedError

    async def handle_row_action(self, request: Request, pk: Any, name: str) -> Response | None:
        """Raise ``ActionFailed``: what is done to one row is done on its page."""
        raise ActionFailed("Nothing is done to a row by the list: open its page.")

    async def repr(self, obj: Any, request: Request) -> str:
        """The name of a row: its id."""
        return str(await self.get_pk_value(request, obj))

    async def get_serialized_pk_value(self, request: Request, obj: Any) -> Any:
        """Ids as text."""
        return str(await self.get_pk_value(request, obj))


def _searched(q: str | None) -> str:
    """The text to search for, without characters that only a forged address contains."""
    return "".join(c for c in seen(q or "") if is_line(c)).strip()[:LONGEST_SEARCH]
