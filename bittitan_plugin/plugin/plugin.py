"""The plugin object that a platform's plugin manager finds under ``commerce.plugins``.

Loading it opens nothing. The wiring is made at ``host_started`` from the environment, or passed
in by a platform that wires the plugin itself.
"""

from threading import Lock

from bittitan_hooks.specs import HostStarted, HostStopping, hookimpl
from bittitan_plugin.base.settings import load_settings
from bittitan_plugin.platforms.registry import installed_kinds
from bittitan_plugin.plugin.billing_hooks import BillingHooks
from bittitan_plugin.plugin.bootstrap import Application, build
from bittitan_plugin.plugin.lifecycle_hooks import LifecycleHooks
from bittitan_plugin.plugin.order_hooks import OrderHooks
from bittitan_plugin.plugin.product_hooks import ProductHooks
from bittitan_plugin.services.ports import Ports


class BitTitanPlugin(OrderHooks, BillingHooks, ProductHooks, LifecycleHooks):
    """All hook implementations, sharing one application that is made at first use."""

    def __init__(self, application: Application | None = None) -> None:
        super().__init__(self._ports_now)
        self._application = application
        self._handed_in = application is not None
        self._lock = Lock()

    @hookimpl
    def host_started(self, event: HostStarted) -> None:
        """Attach to the platform, bring the database up to date and begin to work.

        Raises whatever keeps the plugin from working, so that the platform knows at start.
        """
        application = self.application()
        application.migrate()
        application.attach(event.installation, event.host)
        if event.run_worker:
            application.start_worker()

    @hookimpl
    def host_stopping(self, event: HostStopping) -> None:
        """Finish what runs, within the time a platform allows, and close connections."""
        with self._lock:
            application = self._application
            if not self._handed_in:
                # A platform may start again in the same process; it gets a new wiring then.
                self._application = None
        if application is not None:
            application.close()

    def application(self) -> Application:
        """The wired plugin; made from the environment at first use."""
        with self._lock:
            if self._application is None:
                kinds = installed_kinds().values()
                self._application = build(load_settings(*(kind.settings for kind in kinds)))
            return self._application

    def _ports_now(self) -> Ports:
        return self.application().ports


#: What the entry point names.
plugin = BitTitanPlugin()
