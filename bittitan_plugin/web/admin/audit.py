"""The back office's audit: who changed what, when, from which value to which."""

from typing import Any
from uuid import UUID

from starlette.requests import Request

from bittitan_plugin.domain.access import Permission, Viewer
from bittitan_plugin.domain.audit_entries import SubjectKind
from bittitan_plugin.domain.history import ActorKind
from bittitan_plugin.store.queries import back_office
from bittitan_plugin.store.queries.back_office import AuditLine
from bittitan_plugin.store.queries.browsing import Browser
from bittitan_plugin.store.unit_of_work import UnitOfWork
from bittitan_plugin.web.admin import fields
from bittitan_plugin.web.admin.lists import AdminList
from bittitan_plugin.web.admin.wording import field_name

#: What staff need, besides the permission for the list, to see changes of these kinds.
_NEEDED = {
    SubjectKind.SETTINGS: Permission.MANAGE_PLUGINS,
    SubjectKind.PRODUCT: Permission.MANAGE_PRODUCTS,
    SubjectKind.ACCOUNT: Permission.MANAGE_USERS,
    SubjectKind.CUSTOMER: Permission.MANAGE_USERS,
    SubjectKind.STAFF: Permission.MANAGE_USERS,
}


def _kept(line: AuditLine, value: str | None) -> tuple[str, str | None]:
    return line.entry.change.field, value


class AuditList(AdminList):
    """Every recorded change, the newest first."""

    key = "audit"
    menu_label = "Audit"
    display_name = "change"
    icon = "fa-solid fa-list-check"
    permission = Permission.MANAGE_ORDERS
    row_click_navigate = False
    row_actions = []
    fields_default_sort = [("at", True)]
    shown = ["at", "actor", "subject_kind", "subject", "order_number", "field", "before", "after"]
    fields = [
        fields.moment("at", "When", lambda line: line.entry.at),
        fields.choice("actor_kind", "By", lambda line: line.entry.actor.kind, ActorKind),
        fields.text("actor", "Who", lambda line: line.entry.actor.name),
        fields.choice("subject_kind", "Kind", lambda line: line.entry.subject.kind, SubjectKind),
        fields.subject_link("subject", "Of what", lambda line: line.entry.subject),
        fields.text("order_number", "Order", lambda line: line.order_number),
        fields.text("field", "What", lambda line: field_name(line.entry.change.field)),
        fields.change("before", "Before", lambda line: _kept(line, line.entry.change.before)),
        fields.change("after", "After", lambda line: _kept(line, line.entry.change.after)),
    ]

    def can_view_detail(self, request: Request) -> bool:
        """A change has no page of its own; its subject has."""
        return False

    def browser_for(self, work: UnitOfWork, viewer: Viewer) -> Browser[AuditLine]:
        """The changes of what the viewer may see."""
        kinds = [kind for kind in SubjectKind if viewer.may(_NEEDED.get(kind, self.permission))]
        return back_office.audit(work, kinds)

    def browser(self, work: UnitOfWork) -> Browser[AuditLine]:
        """Every change, whoever looks."""
        return back_office.audit(work)

    def look(self, work: UnitOfWork, key: UUID, viewer: Viewer) -> Any:
        """Nothing: there is no more to show than the row."""
        return None
