"""An installation: one platform instance of one distributor. Everything belongs to one."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bittitan_plugin.domain.branding import Branding
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.errors import ErrorCode, Refusal


@dataclass(frozen=True, kw_only=True)
class Installation:
    """Whether the plugin is switched on there, and how it is set up."""

    id: UUID
    #: How the platform names itself; unique. The embedded shop is ``default``.
    key: str
    active: bool
    configuration: Configuration
    created_at: datetime
    #: When it was first switched on; orders from before are not served.
    switched_on_at: datetime | None = None
    #: Names the distributor's logo, which is kept apart; None without one.
    logo_digest: str | None = None

    @property
    def branding(self) -> Branding:
        """The distributor's own face."""
        return replace(self.configuration.branding, logo_digest=self.logo_digest)

    def check_active(self) -> None:
        """Raise the refusal every mutation gives while the plugin is switched off."""
        if not self.active:
            raise Refusal(
                ErrorCode.PLUGIN_INACTIVE,
                "The BitTitan plugin is switched off; staff with MANAGE_PLUGINS can switch it on.",
            )
