"""Checks that a Saleor still gives the app its events and permissions, and reports what it lacks.

A Saleor that withdrew a permission sends no event that needs it, and one with an inactive webhook
sends none at all: then nothing fails, but paid orders are not served.
"""

from collections.abc import Sequence

from bittitan_plugin.base.clock import Clock
from bittitan_plugin.domain.errors import Rejected
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.platforms.saleor.apps import SaleorApp, SaleorApps
from bittitan_plugin.platforms.saleor.client import SaleorClient
from bittitan_plugin.platforms.saleor.manifest import PERMISSIONS
from bittitan_plugin.store.unit_of_work import Store

#: The key of the problem.
KEY = "platform-restricted"
#: What staff do about it.
MEND = (
    "In Saleor's Dashboard open Extensions › BitTitan: give the app every permission its "
    "installation asks for, and switch its webhooks on. What was missed is read from the orders."
)


def restrictions(apps: SaleorApps, app: SaleorApp) -> Sequence[str]:
    """What that Saleor denies the app, in words. Raises what ``SaleorClient.execute`` raises."""
    client = SaleorClient(app.api_url, apps.token(app))
    try:
        me = client.execute("app").get("app") or {}
        given = {each["code"] for each in me.get("permissions") or ()}
        missing = [name for name in PERMISSIONS if name not in given]
        return [
            *([f"the app lacks the permission {', '.join(missing)}"] if missing else []),
            *(f"its webhook '{name}' is inactive" for name in _inactive(client)),
        ]
    finally:
        client.close()


def _inactive(client: SaleorClient) -> list[str]:
    try:
        me = client.execute("app_webhooks").get("app") or {}
    except Rejected:  # a Saleor that does not show an app its webhooks
        return []
    return [each["name"] for each in me.get("webhooks") or () if not each["isActive"]]


class AppHealthWatch:
    """Checks every Saleor. Any number of workers may do so at once."""

    def __init__(self, apps: SaleorApps, store: Store, clock: Clock) -> None:
        self._apps = apps
        self._store = store
        self._clock = clock

    def look_all(self) -> None:
        """Check every Saleor once; a failed check waits for the next round."""
        self._apps.visit(self.look, missed="app_not_looked_at")

    def look(self, app: SaleorApp) -> None:
        """Raise the problem, or close it. Raises what ``SaleorClient.execute`` raises."""
        try:
            found = restrictions(self._apps, app)
        except Rejected as rejection:
            found = [rejection.message.rstrip(".")]
        said = f"{app.domain or app.api_url} keeps from the app what it needs: {'; '.join(found)}."
        with self._store.reading(app.installation_id) as work:
            known = work.problems.open_by_key(KEY)
        if (known.message if known else None) == (said if found else None):
            return
        with self._store.writing(app.installation_id) as work:
            if not found:
                work.problems.resolve(KEY, self._clock())
                return
            work.problems.report(
                ProblemKind.PLATFORM_RESTRICTED,
                KEY,
                message=said,
                next_step=MEND,
                at=self._clock(),
            )
