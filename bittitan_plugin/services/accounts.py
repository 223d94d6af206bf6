"""Accounts: from a platform's customer to one that BitTitan knows."""

from dataclasses import replace
from uuid import UUID, uuid4

from bittitan_plugin.domain.accounts import Account, AccountStatus
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.errors import Rejected
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.orders import Customer, EndCustomer
from bittitan_plugin.services.durable import SYNCHRONIZE, synchronize_id
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.store.unit_of_work import UnitOfWork
from bittitan_plugin.vendor.port import CouponVendor, Partner

_SYSTEM = Actor(ActorKind.SYSTEM, "account synchronized")


def ensure_account(ports: Ports, work: UnitOfWork, customer: Customer) -> Account:
    """The account of a host's customer, opened at its first order."""
    # The lines of a first order are provisioned at the same time, and all want to open it.
    work.take_turns(f"customer:{customer.id}")
    known = work.accounts.of_customer(customer.id)
    if known:
        return known
    account = Account(
        id=uuid4(),
        customer_id=customer.id,
        email=customer.email,
        company=customer.company,
        created_at=ports.clock(),
    )
    work.accounts.add(account)
    return account


def ensure_end_customer(
    ports: Ports, work: UnitOfWork, reseller: Account, end_customer: EndCustomer
) -> Account:
    """The reseller's end customer with that address, new or existing."""
    work.take_turns(f"end customer:{reseller.id}:{end_customer.email}")
    known = work.accounts.end_customer(reseller.id, end_customer.email)
    if known:
        return known
    account = Account(
        id=uuid4(),
        customer_id=None,
        email=end_customer.email,
        company=end_customer.name,
        reseller_id=reseller.id,
        created_at=ports.clock(),
    )
    work.accounts.add(account)
    return account


def synchronize_account(
    ports: Ports, installation_id: UUID, account_id: UUID, *, password: str | None = None
) -> Account:
    """Make the account known to BitTitan, or adopt it if BitTitan knows it already.

    Repeating it changes nothing. Raises ``Rejected``, ``Unavailable`` or ``OutcomeUnknown``;
    a rejection is kept on the account, for staff to read.
    """
    with ports.store.reading(installation_id) as work:
        account = work.accounts.get(account_id)
        configuration = work.installations.by_id(installation_id).configuration
    if account.is_synchronized:
        return account
    try:
        partner = _partner(ports.vendors.of(configuration), account, password)
    except Rejected as rejection:
        _keep(ports, installation_id, replace(account, sync_error=rejection.message))
        raise
    return _keep(
        ports,
        installation_id,
        replace(
            account,
            status=AccountStatus.SYNCHRONIZED,
            partner_id=partner.id,
            sync_error=None,
        ),
    )


def _partner(vendor: CouponVendor, account: Account, password: str | None) -> Partner:
    # Looking first adopts accounts that ordered before, and resolves an unknown outcome.
    return vendor.partner(account.email) or vendor.register_partner(
        reference=account.reference,
        email=account.email,
        company=account.company,
        password=password,
    )


def _keep(ports: Ports, installation_id: UUID, account: Account) -> Account:
    with ports.store.writing(installation_id) as work:
        work.accounts.save(account)
        if account.is_synchronized:
            _release(ports, work, account)
    return account


def _release(ports: Ports, work: UnitOfWork, account: Account) -> None:
    """What waited for this account goes on by itself."""
    for asset in work.assets.waiting_for_account(account.id):
        released = work.assets.change(asset.id, Asset.retried, _SYSTEM, ports.clock())
        work.enqueue(SYNCHRONIZE, synchronize_id(asset.id, released.version), str(asset.id))
