"""The plugin's settings, for what the shop decides by them."""

from sqlalchemy.orm import Session

from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.platforms.shop.ids import INSTALLATION
from bittitan_plugin.store.repositories.installations import InstallationRepository


def settings_now(session: Session) -> Configuration:
    """The settings as this transaction sees them; the defaults before the plugin is attached."""
    installation = InstallationRepository(session).by_key(INSTALLATION)
    return installation.configuration if installation else Configuration()
