"""What every request to the back office begins with: who it is, and what waits for a person."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from starlette.requests import Request
from starlette_admin.auth import AdminUser, BaseAuthProvider

from bittitan_plugin.domain.access import ANONYMOUS, Permission, Viewer
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.store.queries.figures import Waiting, waiting
from bittitan_plugin.web.failures import NotPermitted, NotSignedIn
from bittitan_plugin.web.pages import FALLBACK_ZONE
from bittitan_plugin.web.site import Site, run


@dataclass(frozen=True, kw_only=True)
class Office:
    """The request's surroundings; every template has it as ``office``."""

    viewer: Viewer
    installation: Installation
    waiting: Waiting
    now: datetime

    def may(self, permission: str) -> bool:
        """Whether whoever is asking holds that permission."""
        return self.viewer.may(Permission(permission))

    @property
    def zone(self) -> ZoneInfo:
        """The instance's time zone; UTC while what is stored names none."""
        try:
            return self.installation.configuration.zone
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return FALLBACK_ZONE


def office_of(request: Request) -> Office:
    """The office as it was when this request began."""
    office: Office = request.state.office
    return office


class StaffOnly(BaseAuthProvider):
    """Lets staff in, by the session of the pages; everybody else is told why not."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self._site = site

    async def authenticate(self, request: Request) -> AdminUser | None:
        """Who is asking. Raises ``NotSignedIn`` or ``NotPermitted``."""
        if request.url.path.startswith(f"{request.scope['root_path']}/static/"):
            return None
        office = await run(lambda: self._look(request))
        request.state.office = office
        request.state.viewer = office.viewer
        return AdminUser(username=office.viewer.email)

    def _look(self, request: Request) -> Office:
        viewer = self._site.viewer_now(request)
        if viewer == ANONYMOUS:
            raise NotSignedIn
        if not viewer.is_staff:
            raise NotPermitted("an account of the distributor's staff")
        ports = self._site.ports
        installation = self._site.installation()
        with ports.store.reading(installation.id) as work:
            return Office(
                viewer=viewer, installation=installation, waiting=waiting(work), now=ports.clock()
            )
