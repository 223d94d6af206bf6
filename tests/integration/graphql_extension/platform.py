"""A platform with the extension merged, over a real database; everything outside is a fake."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import strawberry
from graphql import GraphQLError
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bittitan_graphql.context import CONTEXT_KEY
from bittitan_graphql.extension import build_extension
from bittitan_plugin.base.cipher import Cipher, generate_key
from bittitan_plugin.base.patience import Patience
from bittitan_plugin.domain.access import ANONYMOUS, Permission, Viewer
from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.domain.assets import Asset, Listing
from bittitan_plugin.domain.catalogue import Product, ProductType
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.coupons import Coupon, CouponSource, CouponStatus, Sealed
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.retries import Retry
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.store.unit_of_work import Store, UnitOfWork
from tests.conftest import StandingClock
from tests.fakes.mail import RecordingMailer
from tests.integration.graphql_extension.mini_host import host_schema

STAFF = Viewer(email="staff@example.com", is_staff=True, permissions=frozenset(Permission))
SYSTEM = Actor(ActorKind.SYSTEM, "test")
#: Set up to sell from the coupon API.
API = Configuration(
    time_zone="Europe/Athens",
    api_url="https://coupons.example",
    api_email="clerk@example.com",
    api_password=Sealed("sealed"),
)


class RecordingQueue:
    """Remembers what durable work was handed in; nobody works it off."""

    def __init__(self) -> None:
        self.workflows: list[str] = []

    def enqueue(self, session: Session, workflow: str, workflow_id: str, *arguments: str) -> None:
        del session, workflow_id, arguments
        self.workflows.append(workflow)

    def enqueue_retry(self, session: Session, installation_id: UUID, retry: Retry) -> None:
        """Only a worker's sweep hands in what is tried again."""
        raise NotImplementedError


class Unreachable:
    """Vendors and hosts that must not be asked: nothing here is a queue's business."""

    def of(self, _of: object) -> Any:
        raise AssertionError("the extension asked the outside world")

    def close(self) -> None:
        """Nothing to let go of."""


class SilentVendor(Unreachable):
    """Lists every coupon as available, unless ``said`` has it otherwise; None: it lists it not."""

    def __init__(self) -> None:
        self.said: dict[str, CouponStatus | None] = {}

    def of(self, _of: object) -> Any:
        return self

    def coupon(self, coupon_id: str) -> Coupon | None:
        status = self.said.get(coupon_id, CouponStatus.AVAILABLE)
        if status is None:
            return None
        return Coupon(
            id=coupon_id,
            reference="",
            partner_id="partner-1",
            sku="MW-MAILBOX",
            expire_days=365,
            validity_days=365,
            code="",
            quantity=25,
            status=status,
            expires_at=datetime(2027, 3, 10, tzinfo=UTC),
        )


@dataclass
class Platform:
    """One installation, and GraphQL in front of it."""

    tenant: Tenant
    clock: StandingClock
    queue: RecordingQueue
    mailer: RecordingMailer
    #: Called at each pause of a waiting mutation, as if a worker had run meanwhile.
    meanwhile: Callable[[], None] = lambda: None
    schema: strawberry.Schema = field(init=False)

    def __post_init__(self) -> None:
        self.extension = build_extension(lambda _key: self.tenant)
        self.schema = host_schema(self.extension)

    @property
    def ports(self) -> Ports:
        return self.tenant.ports

    def ask(
        self, document: str, viewer: Viewer = ANONYMOUS, /, **variables: Any
    ) -> strawberry.types.ExecutionResult:
        """What the viewer is answered."""
        scope = self.extension.request_scope("default", viewer)
        scope.patience = Patience(pauses=3, pause=self._pause)
        context = {CONTEXT_KEY: scope, "viewer": viewer}
        return asyncio.run(self.schema.execute(document, variables, context_value=context))

    def data(self, document: str, viewer: Viewer = ANONYMOUS, /, **variables: Any) -> Any:
        """The same, where nothing may go wrong."""
        result = self.ask(document, viewer, **variables)
        assert result.errors is None, result.errors
        return result.data

    def error(self, document: str, viewer: Viewer = ANONYMOUS, /, **variables: Any) -> GraphQLError:
        """The one top-level error."""
        errors = self.ask(document, viewer, **variables).errors
        assert errors is not None
        assert len(errors) == 1, errors
        return errors[0]

    def code(self, document: str, viewer: Viewer = ANONYMOUS, /, **variables: Any) -> str:
        """The code of the one top-level error."""
        extensions = self.error(document, viewer, **variables).extensions
        return str((extensions or {})["exception"]["code"])

    async def _pause(self) -> None:
        self.meanwhile()

    @contextmanager
    def writing(self) -> Iterator[UnitOfWork]:
        with self.tenant.writing() as work:
            yield work

    def switch(self, *, active: bool, **values: Any) -> None:
        with self.ports.store.installations() as installations:
            known = installations.by_id(self.tenant.id)
            installations.save(
                replace(known, active=active, configuration=replace(known.configuration, **values))
            )

    def begin_anew(self) -> None:
        """Go on in another installation of the same database, where there is nothing yet."""
        self.tenant = replace(self.tenant, id=_switched_on(self.ports))

    def account(self, customer_id: str | None, *, reseller: Account | None = None) -> Account:
        """A customer's account; with a ``reseller``, that of its end customer.

        An end customer's address is proved to be that customer's, or nobody's where there is none.
        """
        name = customer_id or uuid4().hex[:8]
        account = Account(
            id=uuid4(),
            customer_id=None if reseller else customer_id,
            email=f"{name}@example.com",
            company=f"{name} Ltd",
            reseller_id=reseller.id if reseller else None,
            sync_error="The API key is wrong.",
            created_at=self.clock(),
        )
        with self.writing() as work:
            work.accounts.add(account)
            if reseller and customer_id:
                work.accounts.prove(customer_id, account.email, self.clock())
        return account

    def product(self, **values: Any) -> Product:
        product = Product(
            **{
                "id": uuid4(),
                "product_type": ProductType.MAILBOX_LICENSE,
                "sku": "MW-MAILBOX",
                "name": "Mailbox License",
                "expire_days": 365,
                "validity_days": 180,
                "published": True,
                "prices": {"USD": Money.of("14.00", "USD"), "EUR": Money.of("13.00", "EUR")},
                **values,
            }
        )
        with self.writing() as work:
            work.products.add(product)
        return product

    def asset(self, account: Account, product: Product, **values: Any) -> Asset:
        """An active asset with the coupon code ``CODE-1234``."""
        id_ = values.pop("id", uuid4())
        asset = Asset(
            **{
                "id": id_,
                "account_id": account.id,
                "product_id": product.id,
                "product_type": product.product_type,
                "sku": product.sku,
                "name": product.name,
                "order_id": "order-1",
                "order_number": "1001",
                "order_line_id": f"line-{id_}",
                "recipient_email": "it@example.com",
                "quantity": 25,
                "unit_price": Money.of("14.00", "USD"),
                "total": Money.of("350.00", "USD"),
                "purchase_date": self.clock(),
                "expire_days": 365,
                "validity_days": 180,
                "refund_window_days": 15,
                "time_zone": "Europe/Athens",
                "coupon_source": CouponSource.API,
                **values,
            }
        )
        if "coupon_code" not in values:
            sealed = self.ports.cipher.seal("CODE-1234")
            expires_at = values.get("coupon_expires_at", datetime(2027, 3, 10, tzinfo=UTC))
            listing = Listing(account=API.coupon_account, since=self.clock())
            asset = asset.provisioned(
                f"c-{id_}", sealed, CouponStatus.AVAILABLE, expires_at, listing=listing
            )
        with self.writing() as work:
            return work.assets.add(asset, SYSTEM, self.clock())

    def stored(self, asset: Asset) -> Asset:
        with self.tenant.reading() as work:
            return work.assets.get(asset.id)


def customer(account: Account) -> Viewer:
    """That account's customer, signed in."""
    customer_id = account.customer_id or account.email.partition("@")[0]
    return Viewer(customer_id=customer_id, email=account.email)


def open_platform(engine: Engine, clock: StandingClock) -> Platform:
    """A platform whose installation is new and switched on."""
    queue, mailer, outside = RecordingQueue(), RecordingMailer(), Unreachable()
    ports = Ports(
        store=Store(engine, queue),
        vendors=SilentVendor(),
        platforms=outside,
        mailer=mailer,
        cipher=Cipher([generate_key()]),
        clock=clock,
    )
    return Platform(Tenant(ports, _switched_on(ports)), clock, queue, mailer)


def _switched_on(ports: Ports) -> UUID:
    with ports.store.installations() as installations:
        installation = installations.open(f"platform-{uuid4()}", ports.clock())
        installations.save(replace(installation, active=True, configuration=API))
    return installation.id
