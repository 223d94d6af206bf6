"""The back office's settings: the form from ``plugin.toml``, the switch, *Test connection*.

The page opens even with invalid settings, because they are corrected here. A refused change keeps
what was typed, secrets too, and names every fault at its field. Only changed values are sent, so
that two people who change different settings do not undo each other; a change of the same setting
is reported.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.flash import flash
from starlette_admin.routing import route

from bittitan_plugin.base.manifest import manifest
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.branding import LARGEST_LOGO, UNNAMED, Branding
from bittitan_plugin.domain.colours import Colour
from bittitan_plugin.domain.errors import ErrorCode, Refusal, Refusals
from bittitan_plugin.ports.platform import PluginsRejected
from bittitan_plugin.services.branding import change_logo
from bittitan_plugin.services.installations import OF_CONNECTION, check_connection
from bittitan_plugin.store.queries.figures import to_try_again, under_way
from bittitan_plugin.web.admin.admin_context import context_of
from bittitan_plugin.web.admin.admin_page import AdminPage, Question, actor_of, faults_of, sent, to
from bittitan_plugin.web.forms import form_of
from bittitan_plugin.web.held_secrets import hold, take
from bittitan_plugin.web.settings_entries import (
    SAME_ACCOUNT,
    Entry,
    account_question,
    grouped,
    setting_entries,
    ticked,
)
from bittitan_plugin.web.site import run


class SettingsPage(AdminPage):
    """The plugin's settings for this installation."""

    path = "/settings"
    menu_label = "Settings"
    icon = "fa-solid fa-gear"
    permission = Permission.MANAGE_PLUGINS

    @route("", methods=["GET"], name="settings")
    async def index(self, request: Request) -> Response:
        """The form with the stored values."""
        return await self._form(request, await self._entries(request))

    @route("/save", methods=["POST"], name="settings-save")
    async def save(self, request: Request) -> Response:
        """Store what was changed."""
        return await self._change(request, await form_of(request), None, "The settings are saved.")

    @route("/on", methods=["POST"], name="settings-on")
    async def switch_on(self, request: Request) -> Response:
        """Switch the plugin on with the form's values, after checking them with BitTitan."""
        return await self._change(
            request, await form_of(request), True, "The plugin is switched on."
        )

    @route("/off", methods=["GET"], name="settings-off-question")
    async def before_switching_off(self, request: Request) -> Response:
        """What stops when it is switched off, before anything happens."""
        now = context_of(request).now
        busy, later = await self.site.read(lambda work: (under_way(work), to_try_again(work, now)))
        return self.show(
            request,
            "settings-off.html",
            requests=context_of(request).waiting.requests,
            under_way=busy,
            later=later.all,
        )

    @route("/off", methods=["POST"], name="settings-off")
    async def switch_off(self, request: Request) -> Response:
        """Switch it off, whatever the settings are."""
        return await self._change(request, FormData(), False, "The plugin is switched off.")

    @route("/test", methods=["POST"], name="settings-test")
    async def test(self, request: Request) -> Response:
        """*Test connection* with the form's values. Stores nothing."""
        entries = self._typed(request, await self._entries(request), await form_of(request))
        values = {entry.field.name: entry.typed for entry in entries}
        wanted = {name: values[name] for name in OF_CONNECTION}
        ports, key = self.site.ports, self.site.platform.installation
        refusals = await run(lambda: check_connection(ports, key, wanted))
        return await self._form(
            request,
            entries,
            faults_of(Refusals(refusals)) if refusals else {},
            status=422 if refusals else 200,
            tested=True,
        )

    @route("/logo", methods=["POST"], name="settings-logo")
    async def keep_logo(self, request: Request) -> Response:
        """Keep the picture as the logo of every page and invoice."""
        async with request.form() as form:
            file = form.get("logo")
            content = await file.read() if isinstance(file, UploadFile) else b""
        try:
            await run(lambda: change_logo(self.site.tenant, actor_of(request), content))
        except Refusal as refusal:
            entries = await self._entries(request)
            return await self._form(request, entries, faults_of(refusal), status=422)
        flash(request, "The logo is kept; every page shows it.", "success")
        return to(request, "/settings#logo-card")

    @route("/logo/remove", methods=["GET"], name="settings-logo-remove-question")
    async def before_removing_logo(self, request: Request) -> Response:
        """What customers see without it."""
        branding = context_of(request).installation.branding
        question = Question(
            heading="Remove the logo?",
            facts={"Shown instead": branding.name},
            terms="Pages and invoices show the name from then on. The picture is not kept: to show "
            "it again, choose it again.",
            button="Yes, remove it",
            action="/settings/logo/remove",
            back="/settings#logo-card",
        )
        return self.ask(request, question)

    @route("/logo/remove", methods=["POST"], name="settings-logo-remove")
    async def remove_logo(self, request: Request) -> Response:
        """Show the name again instead of the logo."""
        await run(lambda: change_logo(self.site.tenant, actor_of(request), None))
        flash(request, "The logo is removed; pages show the name.", "success")
        return to(request, "/settings#logo-card")

    async def _change(
        self, request: Request, form: FormData, active: bool | None, done: str
    ) -> Response:
        stored = await self._entries(request)
        entries = self._typed(request, stored, form)
        stale = _stale(entries, form)
        if stale:
            return await self._form(request, entries, stale, status=409)
        values = [
            (entry.field.name, entry.typed) for entry in entries if entry.typed != entry.stored
        ]
        who, plugins = context_of(request).viewer.email, self.site.platform.plugins
        same_account = SAME_ACCOUNT.get(sent(form, "same_account"))
        try:
            await run(
                lambda: plugins.update(
                    manifest().id,
                    active=active,
                    configuration=values,
                    changed_by=who,
                    same_account=same_account,
                )
            )
        except PluginsRejected as refused:
            asked = any(each.code is ErrorCode.CONFIRMATION_REQUIRED for each in refused.refusals)
            return await self._form(request, entries, faults_of(refused), status=422, asked=asked)
        except Refusal as refusal:
            return await self._form(request, entries, faults_of(refusal), status=422)
        flash(request, done, "success")
        return to(request, "/settings")

    async def _entries(self, request: Request) -> list[Entry]:
        ports = self.site.ports
        configuration = context_of(request).installation.configuration
        return await run(lambda: setting_entries(ports, configuration))

    async def _form(
        self,
        request: Request,
        entries: Sequence[Entry],
        errors: Mapping[str, str] | None = None,
        *,
        status: int = 200,
        asked: bool = False,
        tested: bool = False,
    ) -> Response:
        installation = context_of(request).installation
        question = await run(lambda: account_question(self.site.ports, installation, asked=asked))
        entries = [replace(e, error=(errors or {}).get(e.field.name)) for e in entries]
        return self.show(
            request,
            "settings.html",
            status=status,
            groups=grouped(self._held(request, entries)),
            wrong=[entry for entry in entries if entry.error],
            general=(errors or {}).get(""),
            question=question,
            tested=tested,
            logo_error=(errors or {}).get("logo"),
            preview=_preview(installation.branding, entries),
            most=LARGEST_LOGO // 1024,
        )

    def _typed(self, request: Request, entries: Sequence[Entry], form: FormData) -> list[Entry]:
        """The entries with the sent values; without one, or unchanged, an entry keeps its own."""
        return [
            replace(entry, typed=typed)
            if (typed := self._value(request, entry, form)) is not None
            else entry
            for entry in entries
        ]

    def _value(self, request: Request, entry: Entry, form: FormData) -> str | None:
        """What was sent for it; None where nothing was, or what the form had before."""
        name, was = entry.field.name, form.get(f"was.{entry.field.name}")
        if entry.field.several:
            value = None if was is None else ticked(entry.field, form)
        else:
            value = sent(form, name).strip() if name in form else None
        if entry.is_secret and not value:
            value = self._taken(request, name, sent(form, f"held.{name}")) or None
        return None if value == was else value

    def _held(self, request: Request, entries: Sequence[Entry]) -> list[Entry]:
        """The entries, with what was typed into secrets kept until the form is sent again."""
        cipher, user = self.site.ports.cipher, context_of(request).viewer.email
        now = self.site.ports.clock()
        return [
            replace(
                entry,
                held=hold(cipher, user=user, setting=entry.field.name, secret=entry.typed, now=now),
            )
            if entry.is_secret and entry.typed != entry.stored
            else entry
            for entry in entries
        ]

    def _taken(self, request: Request, name: str, held: str) -> str:
        cipher, user = self.site.ports.cipher, context_of(request).viewer.email
        now = self.site.ports.clock()
        return take(cipher, held, user=user, setting=name, now=now) if held else ""


def _preview(branding: Branding, entries: Sequence[Entry]) -> Branding:
    """How pages would look with what is in the form."""
    typed = {entry.field.name: entry.typed for entry in entries}
    accent = Colour.read(typed["accent_colour"])
    return replace(branding, name=typed["brand_name"] or UNNAMED, accent=accent)


def _stale(entries: Sequence[Entry], form: FormData) -> dict[str, str]:
    """Settings that were changed here and also by somebody else since the form was opened."""
    return {
        entry.field.name: f"Meanwhile it was changed to '{entry.stored}'. Look, then save again."
        for entry in entries
        if f"was.{entry.field.name}" in form
        and sent(form, f"was.{entry.field.name}") != entry.stored
        and entry.typed != entry.stored
    }
