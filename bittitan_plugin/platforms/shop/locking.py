"""The question before a user is locked out, or let in again."""

from bittitan_plugin.platforms.shop.tables import UserRow
from bittitan_plugin.web.admin.admin_page import Question


def locking_question(user: UserRow, here: str, back: str, *, out: str, again: str) -> Question:
    """What locking the user out (``out``), or letting it in again (``again``), would do."""
    locked = user.disabled_at is not None
    return Question(
        heading=f"Let {user.email} in again?" if locked else f"Lock {user.email} out?",
        facts={},
        terms=again if locked else out,
        button="Let in again" if locked else "Lock out",
        action=f"{here}/{'enable' if locked else 'disable'}",
        back=back,
        kind="primary" if locked else "danger",
    )
