"""What every request to the back office needs: who sends it, and what waits for a person."""

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
class AdminContext:
    """The request's surroundings; templates have it as ``admin``."""

    viewer: Viewer
    installation: Installation
    waiting: Waiting
    now: datetime

    def may(self, permission: str) -> bool:
        """Whether the user holds that permission."""
        return self.viewer.may(Permission(permission))

    @property
    def zone(self) -> ZoneInfo:
        """The instance's time zone; UTC while none is stored."""
        try:
            return self.installation.configuration.zone
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return FALLBACK_ZONE


def context_of(request: Request) -> AdminContext:
    """The user, and what waited, when this request began."""
    context: AdminContext = request.state.admin_context
    return context


class StaffOnly(BaseAuthProvider):
    """Lets staff in, by the session of the pages; others get the reason why not."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self._site = site

    async def authenticate(self, request: Request) -> AdminUser | None:
        """The user of the request. Raises ``NotSignedIn`` or ``NotPermitted``."""
        if request.url.path.startswith(f"{request.scope['root_path']}/static/"):
            return None
        context = await run(lambda: self._look(request))
        request.state.admin_context = context
        request.state.viewer = context.viewer
        return AdminUser(username=context.viewer.email)

    def _look(self, request: Request) -> AdminContext:
        viewer = self._site.viewer_now(request)
        if viewer == ANONYMOUS:
            raise NotSignedIn
        if not viewer.is_staff:
            raise NotPermitted("an account of the distributor's staff")
        ports = self._site.ports
        installation = self._site.installation()
        with ports.store.reading(installation.id) as work:
            return AdminContext(
                viewer=viewer, installation=installation, waiting=waiting(work), now=ports.clock()
            )
