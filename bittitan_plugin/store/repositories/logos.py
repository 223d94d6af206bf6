"""The logo of one installation: its bytes. Which one there is, the installation itself says."""

from sqlalchemy import delete, insert, select

from bittitan_plugin.domain.branding import Logo
from bittitan_plugin.store.mapping import from_row, to_columns
from bittitan_plugin.store.repositories.repository import Repository
from bittitan_plugin.store.tables import LogoRow


class LogoRepository(Repository):
    """Keeps one logo at most."""

    _rows = LogoRow

    def find(self) -> Logo | None:
        """The logo, if there is one."""
        row = self._session.scalar(select(LogoRow).where(self._mine))
        return from_row(Logo, row) if row else None

    def replace(self, logo: Logo | None) -> None:
        """Keep this one instead of what was kept; None keeps none."""
        self._session.execute(delete(LogoRow).where(self._mine))
        if logo is not None:
            self._session.execute(
                insert(LogoRow).values(installation_id=self._installation_id, **to_columns(logo))
            )
