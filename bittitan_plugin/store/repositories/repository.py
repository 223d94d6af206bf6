"""The base of the repositories: a session, and the installation they are made for."""

from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session


class Repository:
    """Rows of one installation."""

    #: The class of the rows.
    _rows: ClassVar[type[Any]]

    def __init__(self, session: Session, installation_id: UUID) -> None:
        self._session = session
        self._installation_id = installation_id

    @property
    def _mine(self) -> ColumnElement[bool]:
        """The condition of every query, so that none sees another installation's rows."""
        mine: ColumnElement[bool] = self._rows.installation_id == self._installation_id
        return mine
