"""Renders our own pages: Jinja2 with autoescape, and filters that format values."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette_admin.security.csrf import csrf_input

from bittitan_plugin.domain.access import ANONYMOUS
from bittitan_plugin.domain.branding import Branding
from bittitan_plugin.domain.money import Money

#: Used where the instance's own time zone is not known, as when the database is down.
FALLBACK_ZONE = ZoneInfo("UTC")


def instant(when: datetime, zone: ZoneInfo) -> str:
    """``10 Mar 2026, 11:30 EET``: to the minute, in the instance's time zone."""
    local = when.astimezone(zone)
    return f"{day(when, zone)}, {local:%H:%M} {local.tzname()}"


def day(when: datetime, zone: ZoneInfo) -> str:
    """``10 Mar 2026``."""
    local = when.astimezone(zone)
    return f"{local.day} {local:%b %Y}"


def money(amount: Money | None) -> str:
    """``1,234.50 USD``; a dash where there is no amount."""
    return "–" if amount is None else str(amount)


def percent(fraction: Decimal) -> str:
    """``7.7 %`` of 0.077."""
    return f"{(fraction * 100).normalize():f} %"


def counted(number: int, one: str, many: str) -> str:
    """``1 licence``, ``2 licences``."""
    return f"{number:,} {one if number == 1 else many}"


def days_left(until: datetime, now: datetime) -> str:
    """``3 days``, ``1 day``, ``5 hours``, ``less than an hour``: whole ones, never rounded up."""
    seconds = (until - now).total_seconds()
    if seconds <= 0:
        return "none"
    days, hours = int(seconds // 86400), int(seconds // 3600)
    if days:
        return f"{days} day{'s' if days > 1 else ''}"
    return f"{hours} hour{'s' if hours > 1 else ''}" if hours else "less than an hour"


def address_of_logo(branding: Branding) -> str | None:
    """Where pages load the logo from; None without one."""
    return f"/brand/logo?v={branding.logo_digest}" if branding.logo_digest else None


def address_of_accent(branding: Branding) -> str | None:
    """Where pages load the colour from; None where it is the pages' own."""
    return f"/brand/accent.css?colour={str(branding.accent)[1:]}" if branding.accent else None


class Pages:
    """Renders the templates under ``web/templates`` and a platform's own.

    Every template has ``request``, ``viewer``, ``branding``, ``zone``, ``now`` and
    ``csrf`` (the hidden field every form needs), and the filters ``instant``, ``day``, ``money``,
    ``percent`` and ``days_left``.
    """

    def __init__(
        self, clock: Callable[[], datetime] = lambda: datetime.now(UTC), platform: str | None = None
    ) -> None:
        """``platform`` is the package of a platform that has templates of its own."""
        self._clock = clock
        packages = ["bittitan_plugin.web", *filter(None, [platform])]
        self.environment = Environment(
            loader=ChoiceLoader([PackageLoader(package) for package in packages]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.filters |= {
            "address_of_logo": address_of_logo,
            "address_of_accent": address_of_accent,
            "instant": _in_zone(instant),
            "day": _in_zone(day),
            "money": money,
            "percent": percent,
            "days_left": _from_now,
        }

    def page(
        self,
        request: Request,
        template: str,
        values: Mapping[str, object],
        *,
        status: int = 200,
    ) -> HTMLResponse:
        """The page; ``values`` may replace ``viewer`` (nobody), ``branding`` and ``zone`` (UTC)."""
        common: dict[str, object] = {
            "request": request,
            "viewer": ANONYMOUS,
            "branding": Branding(),
            "zone": FALLBACK_ZONE,
            "now": self._clock(),
            "csrf": csrf_input(request),
        }
        text = self.environment.get_template(template).render(common | dict(values))
        return HTMLResponse(text, status)

    def notice(self, request: Request, status: int, title: str, text: str) -> HTMLResponse:
        """A page with a message only; needs neither session nor database."""
        return self.page(request, "notice.html", {"title": title, "text": text}, status=status)


def _in_zone(wording: Callable[[datetime, ZoneInfo], str]) -> Callable[[Context, datetime], str]:
    @pass_context
    def filtered(context: Context, when: datetime) -> str:
        return wording(when, context["zone"])

    return filtered


@pass_context
def _from_now(context: Context, until: datetime) -> str:
    return days_left(until, context["now"])
