"""How starlette-admin's own pages become ours: look, icons, and a policy without inline code.

Its templates carry a few inline scripts and two inline event handlers. Rather than copies of its
templates, which would grow old, their source is adapted when it is read: scripts and styles get
the answer's nonce, the handlers become attributes that ``static/admin.js`` acts on, and a button
that was none becomes one.
"""

import re

from jinja2.ext import Extension
from starlette_admin.theme import CoreIcons, DefaultTheme, IconSet, TablerSettings

_NONCE = r'<\1 nonce="{{ request.state.csp_nonce }}">'
_REPLACED = {
    'onclick="applyColumnVisibility()"': 'data-admin="apply-columns"',
    'onchange="window.location = this.value"': 'data-admin="go-to"',
    # A link without an address is nothing to a keyboard or a screen reader.
    '<a class="btn-close" data-bs-dismiss="alert" aria-label="close"></a>': (
        '<button type="button" class="btn-close" data-bs-dismiss="alert" aria-label="Close">'
        "</button>"
    ),
}


class WithoutInlineCode(Extension):
    """Adapts the source of every template to the pages' Content-Security-Policy."""

    def preprocess(
        self,
        source: str,
        name: str | None,
        filename: str | None = None,
    ) -> str:
        """The source with nonces, and without event handlers."""
        for found, replacement in _REPLACED.items():
            source = source.replace(found, replacement)
        return re.sub(r"<(script|style)>", _NONCE, source)


class AdminTheme(DefaultTheme):
    """Tabler as it ships, with our templates in front of starlette-admin's."""

    name = "bittitan"
    package = "bittitan_plugin.web.admin"

    def __init__(self) -> None:
        super().__init__(TablerSettings(base="slate", primary="blue", radius=1))

    def get_icon_set(self) -> IconSet:
        """The icons that ship with starlette-admin."""
        return CoreIcons()
