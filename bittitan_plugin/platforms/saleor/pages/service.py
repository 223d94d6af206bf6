"""What the Saleor routes share, made once."""

from dataclasses import dataclass

from pluggy import PluginManager

from bittitan_plugin.platforms.registry import Wiring
from bittitan_plugin.platforms.saleor.allowed import AllowedSaleors
from bittitan_plugin.platforms.saleor.apps import SaleorApps
from bittitan_plugin.platforms.saleor.intake import Intake
from bittitan_plugin.platforms.saleor.keys import Keys
from bittitan_plugin.platforms.saleor.registration import Registrar
from bittitan_plugin.platforms.saleor.sessions import Sessions
from bittitan_plugin.platforms.saleor.settings import SaleorSettings
from bittitan_plugin.platforms.saleor.tokens import SaleorTokens
from bittitan_plugin.platforms.saleor.webhooks import Webhooks
from bittitan_plugin.services.ports import Ports


@dataclass(frozen=True, kw_only=True)
class SaleorService:
    """The objects that answer HTTP for Saleor."""

    public_url: str
    ports: Ports
    plugins: PluginManager
    apps: SaleorApps
    allowed: AllowedSaleors
    registrar: Registrar
    webhooks: Webhooks
    tokens: SaleorTokens
    sessions: Sessions

    @classmethod
    def over(
        cls,
        wiring: Wiring,
        apps: SaleorApps,
        intake: Intake,
        settings: SaleorSettings,
        plugins: PluginManager,
    ) -> "SaleorService":
        """Wire it. The settings page fires the hooks of ``plugins``, the plugin manager."""
        ports = wiring.ports
        allowed = AllowedSaleors(settings.allowed_urls, settings.dashboard_urls)
        keys = Keys(apps, ports.clock)
        return cls(
            public_url=wiring.settings.public_url,
            ports=ports,
            plugins=plugins,
            apps=apps,
            allowed=allowed,
            registrar=Registrar(apps, allowed),
            webhooks=Webhooks(apps, keys, intake, ports.store, ports.clock),
            tokens=SaleorTokens(apps, keys, ports.clock),
            sessions=Sessions(apps, ports.cipher, ports.clock),
        )
