"""The back office's settings: the form from ``plugin.toml``, the switch, *Test connection*.

The page opens even with invalid settings, because they are corrected here. A refused change keeps
what was typed and names the field. Only changed values are sent, so that two people who change
different settings do not undo each other; a change of the same setting is reported.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.flash import flash
from starlette_admin.routing import route

from bittitan_plugin.base.manifest import manifest
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.ports.platform import PluginsRejected
from bittitan_plugin.services.installations import validate
from bittitan_plugin.web.admin.admin_context import context_of
from bittitan_plugin.web.admin.admin_page import AdminPage, sent, to
from bittitan_plugin.web.forms import form_of
from bittitan_plugin.web.settings_entries import (
    SAME_ACCOUNT,
    Entry,
    account_question,
    setting_entries,
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

    @route("/off", methods=["POST"], name="settings-off")
    async def switch_off(self, request: Request) -> Response:
        """Switch it off, whatever the form contains."""
        return await self._change(request, FormData(), False, "The plugin is switched off.")

    @route("/test", methods=["POST"], name="settings-test")
    async def test(self, request: Request) -> Response:
        """*Test connection* with the form's values. Stores nothing."""
        entries = _typed(await self._entries(request), await form_of(request))
        values = {entry.field.name: entry.typed for entry in entries}
        ports, key = self.site.ports, self.site.platform.installation
        # Only the connection is tested: the question about the account comes when it is stored.
        refusals = await run(lambda: validate(ports, key, values, active=True, same_account=False))
        if refusals:
            return await self._form(request, entries, _by_field(refusals), status=422)
        flash(request, "The connection works. Nothing has been saved.", "success")
        return await self._form(request, entries)

    async def _change(
        self, request: Request, form: FormData, active: bool | None, done: str
    ) -> Response:
        stored = await self._entries(request)
        entries = _typed(stored, form)
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
            errors = {refusal.field or "": refusal.message for refusal in refused.refusals}
            return await self._form(request, entries, errors, status=422, asked=asked)
        except Refusal as refusal:
            return await self._form(request, entries, _by_field([refusal]), status=422)
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
    ) -> Response:
        question = await run(
            lambda: account_question(self.site.ports, context_of(request).installation, asked=asked)
        )
        entries = [replace(e, error=(errors or {}).get(e.field.name)) for e in entries]
        general = (errors or {}).get("")
        wrong = [entry for entry in entries if entry.error]
        return self.show(
            request,
            "settings.html",
            status=status,
            entries=entries,
            wrong=wrong,
            general=general,
            question=question,
        )


def _typed(entries: Sequence[Entry], form: FormData) -> list[Entry]:
    """The entries with the sent values; without one, or unchanged, an entry keeps its own."""
    return [
        replace(entry, typed=sent(form, entry.field.name).strip())
        if entry.field.name in form
        and sent(form, entry.field.name) != form.get(f"was.{entry.field.name}")
        else entry
        for entry in entries
    ]


def _stale(entries: Sequence[Entry], form: FormData) -> dict[str, str]:
    """Settings that were changed here and also by somebody else since the form was opened."""
    return {
        entry.field.name: f"Meanwhile it was changed to '{entry.stored}'. Look, then save again."
        for entry in entries
        if f"was.{entry.field.name}" in form
        and sent(form, f"was.{entry.field.name}") != entry.stored
        and entry.typed != entry.stored
    }


def _by_field(refusals: Sequence[Refusal]) -> dict[str, str]:
    return {refusal.field or "": refusal.message for refusal in refusals}
