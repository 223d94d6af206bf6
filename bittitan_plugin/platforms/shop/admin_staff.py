"""The back office's staff: the list, the page of one, who may do what, and who is locked out.

The rules are in ``staff.py``, for the command line too. Here people give only what they have.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import case, select
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.flash import flash
from starlette_admin.routing import route

from bittitan_plugin.domain.access import Permission, Viewer
from bittitan_plugin.domain.described import Described
from bittitan_plugin.platforms.shop.link_mails import LINK_SENT, LinkMails
from bittitan_plugin.platforms.shop.locking import locking_question
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.platforms.shop.tables import UserRow
from bittitan_plugin.store.queries.browsing import Browser
from bittitan_plugin.store.unit_of_work import UnitOfWork
from bittitan_plugin.web.admin import fields
from bittitan_plugin.web.admin.admin_context import context_of
from bittitan_plugin.web.admin.admin_page import (
    SAID_NO,
    AdminPage,
    actor_of,
    faults_of,
    key_in,
    sent,
    to,
)
from bittitan_plugin.web.admin.lists import AdminList
from bittitan_plugin.web.forms import form_of
from bittitan_plugin.web.site import Site, run

KEY = "staff"
#: The inputs of the form with their labels, in their order.
LABELS = {
    "email": "E-mail",
    "name": "Name",
    "password": "Password",
    "permissions": "What the person may do",
}
#: What each permission lets somebody do, as the pages say it.
MEANING = {
    Permission.MANAGE_PRODUCTS: "The catalogue: products, prices, what is published",
    Permission.MANAGE_ORDERS: "Orders, assets, cancellations, stock, problems and the audit",
    Permission.MANAGE_USERS: "Customers, their accounts at BitTitan, and staff",
    Permission.MANAGE_PLUGINS: "The settings of the plugin, and switching it on and off",
}


class StaffState(Described):
    """Whether a member of staff may sign in."""

    ACTIVE = "ACTIVE", "The person may sign in."
    LOCKED_OUT = "LOCKED_OUT", "The person may not sign in."

    @classmethod
    def of(cls, row: UserRow) -> "StaffState":
        """That of a user."""
        return cls.LOCKED_OUT if row.disabled_at else cls.ACTIVE


@dataclass(frozen=True, kw_only=True)
class StaffCase:
    """A member of staff as its page shows it."""

    user: UserRow
    viewer: Viewer
    meaning = MEANING

    @property
    def id(self) -> UUID:
        """The user's."""
        return self.user.id

    @property
    def state(self) -> StaffState:
        """Whether the person may sign in."""
        return StaffState.of(self.user)

    @property
    def may_give(self) -> Collection[Permission]:
        """What whoever looks may give and take."""
        return self.viewer.permissions

    @property
    def is_oneself(self) -> bool:
        """Whether somebody looks at their own page."""
        return self.user.email == self.viewer.email


class StaffList(AdminList):
    """Every member of staff, by e-mail address."""

    key = KEY
    menu_label = "Staff"
    display_name = "member of staff"
    icon = "fa-solid fa-user-tie"
    permission = Permission.MANAGE_USERS
    list_template = "shop/admin/staff-list.html"
    detail_template = "shop/admin/staff.html"
    fields_default_sort = ["email"]
    fields = [
        fields.text("email", "E-mail", lambda user: user.email),
        fields.text("name", "Name", lambda user: user.name),
        fields.plain("permissions", "May manage", lambda user: _words(user.permissions)),
        fields.choice("state", "State", StaffState.of, StaffState),
        fields.moment("created_at", "Since", lambda user: user.created_at),
    ]

    def __init__(self, site: Site, platform: ShopPlatform) -> None:
        super().__init__(site)
        self.platform = platform

    def browser(self, work: UnitOfWork) -> Browser[UserRow]:
        """The list's query; there is one shop, so it needs no filter by installation."""
        locked = UserRow.disabled_at.is_not(None)
        return Browser(
            rows=select(UserRow).where(UserRow.is_staff),
            key=UserRow.id,
            columns={
                "email": UserRow.email,
                "name": UserRow.name,
                "state": case((locked, StaffState.LOCKED_OUT), else_=StaffState.ACTIVE),
                "created_at": UserRow.created_at,
            },
            searched=[UserRow.email, UserRow.name],
            to_item=_user,
        )

    def look(self, work: UnitOfWork, key: UUID, viewer: Viewer) -> StaffCase:
        """The person, as whoever looks may change it."""
        return StaffCase(user=self.platform.staff.get(key), viewer=viewer)


class StaffPage(AdminPage):
    """Staff's actions on staff."""

    path = f"/{KEY}"
    add_to_menu = False
    permission = Permission.MANAGE_USERS

    def __init__(self, site: Site, platform: ShopPlatform) -> None:
        super().__init__(site)
        self.platform = platform
        self._mails = LinkMails(site.ports, platform, site.settings.public_url)

    @route("/new", methods=["GET"], name="staff-new")
    async def blank(self, request: Request) -> Response:
        """The form of a new member of staff."""
        return self._form(request, typed={}, chosen=())

    @route("/new", methods=["POST"], name="staff-create")
    async def create(self, request: Request) -> Response:
        """Make the member of staff; a refused form keeps what was typed."""
        form, by = await form_of(request), actor_of(request)
        giving, staff = context_of(request).viewer.permissions, self.platform.staff
        chosen = _chosen(form)
        try:
            made = await run(
                lambda: staff.create(
                    sent(form, "email"),
                    by=by,
                    permissions=chosen,
                    name=sent(form, "name"),
                    password=sent(form, "password") or None,
                    giving=giving,
                )
            )
        except SAID_NO as no:
            return self._form(
                request, typed=dict(form), chosen=chosen, errors=faults_of(no), status=422
            )
        done = "may sign in now" if made.password else "is a member of staff: send an invitation"
        flash(request, f"{made.email} {done}.", "success")
        return to(request, page_of(made.id))

    @route("/{id}/permissions", methods=["POST"], name="staff-permissions")
    async def permit(self, request: Request) -> Response:
        """Replace what the person may do."""
        key, chosen, by = key_in(request), _chosen(await form_of(request)), actor_of(request)
        giving, staff = context_of(request).viewer.permissions, self.platform.staff
        return await self.act(
            request,
            page_of(key),
            "Saved. It holds from the person's next click on.",
            lambda: staff.set_permissions(key, chosen, by=by, giving=giving),
        )

    @route("/{id}/link", methods=["POST"], name="staff-link")
    async def send_link(self, request: Request) -> Response:
        """Send the person an invitation, or a link to choose another password."""
        key, by = key_in(request), actor_of(request)

        def send() -> None:
            self._mails.send(self.platform.staff.get(key).id, by)

        return await self.act(request, page_of(key), LINK_SENT, send)

    @route("/{id}/lock", methods=["GET"], name="staff-lock-question")
    async def ask_lock(self, request: Request) -> Response:
        """What locking the person out, or letting it in, would do."""
        key = key_in(request)
        user = await run(lambda: self.platform.staff.get(key))
        case = StaffCase(user=user, viewer=context_of(request).viewer)
        oneself = (
            " This is you: you will be signed out, and only somebody else can let you in again."
        )
        question = locking_question(
            user,
            f"/{KEY}/{key}",
            page_of(key),
            out="Every session and access token of the person ends at once, and it can no longer "
            "sign in. What it did stays in the audit, and its permissions are kept for when it is "
            f"let in again.{oneself if case.is_oneself else ''}",
            again="It signs in with its password and has the permissions it had.",
        )
        return self.ask(request, question)

    @route("/{id}/disable", methods=["POST"], name="staff-disable")
    async def disable(self, request: Request) -> Response:
        """Lock the person out."""
        key, by, staff = key_in(request), actor_of(request), self.platform.staff
        done = "The person is locked out: every session and token has ended."
        return await self.act(request, page_of(key), done, lambda: staff.disable(key, by=by))

    @route("/{id}/enable", methods=["POST"], name="staff-enable")
    async def enable(self, request: Request) -> Response:
        """Let the person in again."""
        key, by, staff = key_in(request), actor_of(request), self.platform.staff
        done = "The person may sign in again."
        return await self.act(request, page_of(key), done, lambda: staff.enable(key, by=by))

    def _form(
        self,
        request: Request,
        *,
        typed: Mapping[str, object],
        chosen: Collection[Permission],
        errors: Mapping[str, str] | None = None,
        status: int = 200,
    ) -> Response:
        return self.show(
            request,
            "shop/admin/staff-new.html",
            status=status,
            typed=typed,
            chosen=chosen,
            errors=errors or {},
            labels=LABELS,
            meaning=MEANING,
            may_give=context_of(request).viewer.permissions,
        )


def page_of(user_id: UUID) -> str:
    """The path of a person's page below the back office's root."""
    return f"/{KEY}/detail?pk={user_id}"


def _chosen(form: FormData) -> list[Permission]:
    return [each for each in Permission if each in form.getlist("permissions")]


def _words(permissions: Collection[str]) -> str:
    return ", ".join(each.removeprefix("MANAGE_").lower() for each in permissions) or "nothing"


def _user(row: tuple[UserRow]) -> UserRow:
    return row[0]
