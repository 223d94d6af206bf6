"""Renders pages that only Saleor's Dashboard may show, in a frame."""

from collections.abc import Mapping
from datetime import datetime
from secrets import token_urlsafe
from zoneinfo import ZoneInfo

from starlette.responses import HTMLResponse

from bittitan_plugin.base.clock import Clock
from bittitan_plugin.web.pages import FALLBACK_ZONE, Pages

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'self'; script-src 'nonce-{nonce}'; frame-ancestors {ancestors}"
)


#: The package with the templates.
PACKAGE = "bittitan_plugin.platforms.saleor.pages"


class Frames:
    """Fills the templates under ``templates``."""

    def __init__(self, clock: Clock) -> None:
        self._pages = Pages(clock, PACKAGE)
        self._clock = clock

    def page(
        self,
        template: str,
        ancestors: tuple[str, ...],
        values: Mapping[str, object],
        *,
        status: int = 200,
        zone: ZoneInfo = FALLBACK_ZONE,
    ) -> HTMLResponse:
        """The page; ``ancestors`` are the origins that may frame it, none if empty."""
        nonce = token_urlsafe(16)
        now: datetime = self._clock()
        text = self._pages.environment.get_template(f"saleor/{template}").render(
            {"nonce": nonce, "now": now, "zone": zone, **values}
        )
        policy = _POLICY.format(nonce=nonce, ancestors=" ".join(ancestors) or "'none'")
        headers = {
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            # Pages show customers; no cache may keep them.
            "Cache-Control": "no-store",
        }
        return HTMLResponse(text, status, headers)

    def notice(
        self, status: int, title: str, text: str, ancestors: tuple[str, ...] = ()
    ) -> HTMLResponse:
        """A page with a message only."""
        values = {"title": title, "text": text}
        return self.page("notice.html", ancestors, values, status=status)
