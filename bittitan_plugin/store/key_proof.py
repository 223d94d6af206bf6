"""A marker sealed with the key that began the database: it proves keys before they are used.

Without it, a database restored without its key would fail later, one secret after another, and
secrets sealed meanwhile with another key would split the database into two.
"""

from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bittitan_plugin.base.cipher import Cipher, UnreadableSecret
from bittitan_plugin.domain.coupons import Sealed
from bittitan_plugin.store.engine import writing_engine
from bittitan_plugin.store.migrations import UnfitDatabase
from bittitan_plugin.store.tables import KeyProofRow

#: The key of the only row.
_ONLY = 1
_MARKER = "bittitan"


def key_fault(engine: Engine, cipher: Cipher) -> str:
    """Why these keys are not the database's, in one sentence; empty when they are.

    A database without a marker accepts any key.
    """
    with engine.connect() as connection:
        marker = connection.scalar(select(KeyProofRow.marker))
    if marker is None:
        return ""
    try:
        cipher.open(Sealed(marker))
    except UnreadableSecret:
        return (
            "The database was sealed with a key that this process does not have; add that key to "
            "BITTITAN_SECRET_KEYS (where none is set, bring the secret.key of BITTITAN_VAR_DIR "
            "back from the backup) and start again."
        )
    return ""


def prove_keys(engine: Engine, cipher: Cipher) -> None:
    """Raise ``UnfitDatabase`` unless the keys are the database's; mark a new database."""
    _mark(engine, cipher)
    if fault := key_fault(engine, cipher):
        raise UnfitDatabase(fault)


def _mark(engine: Engine, cipher: Cipher) -> None:
    try:
        with Session(writing_engine(engine)) as session, session.begin():
            if session.get(KeyProofRow, _ONLY) is None:
                session.add(KeyProofRow(id=_ONLY, marker=cipher.seal(_MARKER)))
    except IntegrityError:
        # If two processes begin a database together, one marks it and the other is checked by it.
        return
