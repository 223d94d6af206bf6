"""Adapts starlette-admin's own pages: look, icons, and a policy without inline code.

Its templates have a few inline scripts and two inline event handlers. Copies of its templates would
become outdated, so their source is adapted when it is read: scripts and styles get the answer's
nonce, the handlers become attributes that ``static/admin.js`` acts on, a link that acts as a
button becomes one, and a list's cells say which column they belong to.
"""

import re

from jinja2.ext import Extension
from starlette_admin.theme import CoreIcons, DefaultTheme, IconSet, TablerSettings

_NONCE = r'<\1 nonce="{{ request.state.csp_nonce }}">'
_REPLACED = {
    'onclick="applyColumnVisibility()"': 'data-admin="apply-columns"',
    'onchange="window.location = this.value"': 'data-admin="go-to"',
    # Keyboards and screen readers cannot use a link without an address.
    '<a class="btn-close" data-bs-dismiss="alert" aria-label="close"></a>': (
        '<button type="button" class="btn-close" data-bs-dismiss="alert" aria-label="Close">'
        "</button>"
    ),
    # What differs from page to page is the page's main part.
    '<div class="page-wrapper">': '<div class="page-wrapper" role="main">',
    # A row is opened by the link in its first cell, so the row itself needs no stop of the Tab key.
    'class="row-clickable" tabindex="0"': 'class="row-clickable"',
    # On a phone each cell shows its column's name; numbers stand at the right.
    '<td data-column="{{ field.name }}"': (
        '<td data-column="{{ field.name }}" data-label="{{ field.label }}" '
        'class="{{ (field.extra or {}).cell }}"'
    ),
    '<th scope="col" data-column="{{ field.name }}">': (
        '<th scope="col" data-column="{{ field.name }}" class="{{ (field.extra or {}).cell }}">'
    ),
    # No empty column where rows have no actions.
    '{% if view.row_actions_position.value == "BEFORE_COLUMNS" %}': (
        '{% if view.row_actions and view.row_actions_position.value == "BEFORE_COLUMNS" %}'
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
    """Tabler as it ships, with our templates before starlette-admin's."""

    name = "bittitan"
    package = "bittitan_plugin.web.admin"

    def __init__(self) -> None:
        super().__init__(TablerSettings(base="slate", primary="blue", radius=1))

    def get_icon_set(self) -> IconSet:
        """The icons that ship with starlette-admin."""
        return CoreIcons()
