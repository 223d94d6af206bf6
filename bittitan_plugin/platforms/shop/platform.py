"""The embedded shop, wired from an engine, a cipher, a clock and a plugin manager."""

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from pluggy import PluginManager
from sqlalchemy import Engine

from bittitan_plugin.base.cipher import Cipher
from bittitan_plugin.base.clock import Clock
from bittitan_plugin.domain.access import Viewer
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.invoicing import Taxation
from bittitan_plugin.domain.orders import ProvisionOn
from bittitan_plugin.platforms.shop.account_credit import AccountCredits
from bittitan_plugin.platforms.shop.catalogue import Catalogue
from bittitan_plugin.platforms.shop.checkouts import Checkouts
from bittitan_plugin.platforms.shop.customers import Customers, is_session_of, viewer_of
from bittitan_plugin.platforms.shop.database import ShopDatabase
from bittitan_plugin.platforms.shop.drafts import Drafts
from bittitan_plugin.platforms.shop.gateway import ShopGateway
from bittitan_plugin.platforms.shop.hook_calls import HookCaller
from bittitan_plugin.platforms.shop.ids import INSTALLATION
from bittitan_plugin.platforms.shop.installation import settings_now
from bittitan_plugin.platforms.shop.invoices import Invoices
from bittitan_plugin.platforms.shop.one_time_links import OneTimeLinks
from bittitan_plugin.platforms.shop.order_events import OrderChanges
from bittitan_plugin.platforms.shop.orders import Orders
from bittitan_plugin.platforms.shop.outbox import Outbox
from bittitan_plugin.platforms.shop.outbox_relay import OutboxRelay
from bittitan_plugin.platforms.shop.paging import Listing, PageRequest
from bittitan_plugin.platforms.shop.payments import Payments, Refunds
from bittitan_plugin.platforms.shop.plugins import Plugins
from bittitan_plugin.platforms.shop.product_events import ProductChanges
from bittitan_plugin.platforms.shop.staff import Staff
from bittitan_plugin.platforms.shop.tables import UserRow
from bittitan_plugin.platforms.shop.tokens import ACCESS_LIFETIME, InvalidToken, Tokens, issuer_at
from bittitan_plugin.store.queries.keyset import Page

#: How long a token from the command line is valid.
OPERATOR_LIFETIME = timedelta(hours=12)

Row = TypeVar("Row")


class ShopPlatform:
    """The platform's services. Everything here is synchronous; the web runs it in threads."""

    def __init__(  # noqa: PLR0913 - what the platform needs, each by its name
        self,
        *,
        engine: Engine,
        cipher: Cipher,
        clock: Clock,
        plugins: PluginManager,
        public_url: str,
        token_lifetime: timedelta = ACCESS_LIFETIME,
        zone: Callable[[], ZoneInfo] = lambda: ZoneInfo("UTC"),
        demo_payments: bool = False,
    ) -> None:
        self.database = ShopDatabase(engine, clock, zone)
        self.installation = INSTALLATION
        self.public_url = public_url
        self.plugin_manager = plugins
        self.host = ShopGateway(engine, clock, public_url)
        announcer = HookCaller(plugins, INSTALLATION)
        self.customers = Customers(self.database)
        self.account_credits = AccountCredits(self.database)
        self.staff = Staff(self.database)
        self.links = OneTimeLinks(self.database, self.staff)
        self.catalogue = Catalogue(self.database)
        self.product_changes = ProductChanges(self.catalogue, announcer)
        self.checkouts = Checkouts(self.database)
        self.orders = Orders(self.database)
        self.drafts = Drafts(self.database)
        self.order_changes = OrderChanges(
            self.database, announcer, demo_payments=demo_payments, public_url=public_url
        )
        self.outbox_relay = OutboxRelay(Outbox(self.database), self.order_changes)
        self.invoices = Invoices(self.database)
        self.payments = Payments(self.database)
        self.refunds = Refunds(self.database)
        self.plugins = Plugins(announcer)
        self.tokens = Tokens(
            self.database,
            cipher,
            issuer=issuer_at(public_url),
            lifetime=token_lifetime,
        )

    def sign_in(self, email: str, password: str, address: str) -> tuple[str, UserRow] | None:
        """A token and its user, or None when e-mail and password do not belong together.

        Raises ``SignInDelayed``, see ``Customers.sign_in``.
        """
        user = self.customers.sign_in(email, password, address)
        return None if user is None else (self.tokens.issue(user), user)

    def issue_token(
        self, email: str | None = None, *, lifetime: timedelta = OPERATOR_LIFETIME
    ) -> str:
        """A token for that user, or without an address for the first member of staff.

        For operators at the command line, who hold the keys anyway. Raises ``Refusal`` NOT_FOUND
        on ``email``.
        """
        user = self.customers.by_email(email) if email else self.customers.first_staff()
        if user is None:
            raise Refusal(
                ErrorCode.NOT_FOUND, f"There is no user {email or 'among staff'}.", field="email"
            )
        return self.tokens.issue(user, lifetime)

    def user(self, token: str | None) -> UserRow | None:
        """The user of that token; None without one or for a deleted user.

        Raises ``InvalidToken``, also when the user has ended all sessions since it was issued.
        """
        if token is None:
            return None
        bearer = self.tokens.verify(token)
        user = self.customers.find([bearer.user_id]).get(bearer.user_id)
        if user is not None and not is_session_of(user, bearer.session_key):
            raise InvalidToken("Invalid token. Create new one by using tokenCreate mutation.")
        return user

    def taxations(self, installations: Collection[str]) -> dict[str, Taxation]:
        """How a sale that is made now is taxed, by the key of the one installation there is."""
        with self.database.reading() as session:
            return dict.fromkeys(installations, settings_now(session).taxation)

    def provision_on(self, installations: Collection[str]) -> dict[str, ProvisionOn]:
        """What an order must have reached before its licences are obtained, by the same key."""
        with self.database.reading() as session:
            return dict.fromkeys(installations, settings_now(session).provision_on)

    def viewer(self, token: str | None) -> Viewer:
        """``user`` with the permissions they have now. Raises ``InvalidToken``."""
        return viewer_of(self.user(token))

    def page(self, listing: Listing[Row], request: PageRequest) -> Page[Row]:
        """One page of a list. Raises ``Refusal`` on ``first``, ``last``, ``after``, ``before``."""
        with self.database.reading() as session:
            return listing.page(session, request)

    def count(self, listing: Listing[Row]) -> int:
        """The number of rows in the whole list, by a statement of its own."""
        with self.database.reading() as session:
            return listing.count(session)
