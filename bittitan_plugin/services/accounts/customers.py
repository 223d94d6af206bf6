"""Opens accounts: for the platform's customers, and for the end customers resellers buy for."""

from uuid import UUID, uuid4

from bittitan_plugin.domain.accounts import Account, SyncOptions
from bittitan_plugin.domain.addresses import check_address, normalized
from bittitan_plugin.domain.audit_entries import Subject, SubjectKind, differences
from bittitan_plugin.domain.errors import ErrorCode, Faults, Refusal
from bittitan_plugin.domain.history import Actor
from bittitan_plugin.domain.orders import Customer, EndCustomer
from bittitan_plugin.domain.texts import as_line, check_line, seen
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.store.unit_of_work import UnitOfWork


def open_account(tenant: Tenant, customer_id: str) -> Account:
    """The account of a platform's customer; staff open it if it never ordered anything.

    Raises ``Refusal``: PLUGIN_INACTIVE, or NOT_FOUND on ``customer_id`` when the platform has no
    such customer; and what ``Platform.customer`` raises.
    """
    with tenant.reading() as work:
        work.installations.by_id(tenant.id).check_active()
    customer = tenant.platform.customer(customer_id)
    if customer is None:
        raise Refusal(ErrorCode.NOT_FOUND, "There is no such customer.", field="customer_id")
    with tenant.writing() as work:
        return ensure_account(tenant.ports, work, customer)


def follow_customer(tenant: Tenant, before: Customer, after: Customer) -> None:
    """Have the account follow its changed customer, unless BitTitan knows it already."""
    with tenant.writing() as work:
        known = work.accounts.of_customer(after.id)
        if known is not None:
            work.accounts.change(
                known.id, lambda account: account.following(_options(before), _options(after))
            )


def open_end_customer(
    tenant: Tenant, reseller_id: UUID, end_customer: EndCustomer, actor: Actor
) -> Account:
    """A new end customer of a reseller, made before anything is bought for it.

    ``reseller_id`` is the reseller's account. Raises ``Refusal``: PLUGIN_INACTIVE; NOT_FOUND on
    ``id``; INVALID where that is an end customer itself; REQUIRED, INVALID or UNIQUE on ``email``,
    INVALID on ``name``, and ``Refusals`` on both.
    """
    faults = Faults()
    email = faults.of(lambda: check_address(end_customer.email, "email"), "")
    name = faults.of(lambda: check_line(end_customer.name, "name", required=False), "")
    faults.check()
    with tenant.writing() as work:
        work.installations.by_id(tenant.id).check_active()
        reseller = work.accounts.get(reseller_id)
        if reseller.reseller_id is not None:
            raise Refusal(ErrorCode.INVALID, "An end customer has no end customers of its own.")
        work.take_turns(_turn_of(reseller, email))
        if work.accounts.end_customer(reseller.id, email) is not None:
            raise Refusal(
                ErrorCode.UNIQUE,
                f"{reseller.email} has an end customer {email} already.",
                field="email",
            )
        made = ensure_end_customer(
            tenant.ports, work, reseller, EndCustomer(email=email, name=name)
        )
        subject = Subject(kind=SubjectKind.ACCOUNT, id=str(made.id), name=made.email)
        values = {"email": made.email, "company": made.company, "reseller": reseller.email}
        work.audit.record(actor, made.created_at, subject, differences({}, values))
    return made


def ensure_account(ports: Ports, work: UnitOfWork, customer: Customer) -> Account:
    """The account of a platform's customer, opened at its first order if not before."""
    known = work.accounts.of_customer(customer.id)
    if known:
        return known
    # The lines of a first order are provisioned at the same time, and all try to open it.
    work.take_turns(f"customer:{customer.id}")
    known = work.accounts.of_customer(customer.id)
    if known:
        return known
    account = Account(
        id=uuid4(),
        customer_id=customer.id,
        email=_options(customer).email,
        company=_options(customer).company,
        created_at=ports.clock(),
    )
    work.accounts.add(account)
    return account


def ensure_end_customer(
    ports: Ports, work: UnitOfWork, reseller: Account, end_customer: EndCustomer
) -> Account:
    """The reseller's end customer with that address, new or existing.

    The same address under another reseller is another account: resellers do not see each other's.
    Raises ``Refusal`` on ``end_customer.email`` when it is not an address.
    """
    email = check_address(end_customer.email, "end_customer.email")
    work.take_turns(_turn_of(reseller, email))
    known = work.accounts.end_customer(reseller.id, email)
    if known:
        return known
    account = Account(
        id=uuid4(),
        customer_id=None,
        email=email,
        company=seen(end_customer.name).strip(),
        reseller_id=reseller.id,
        created_at=ports.clock(),
    )
    work.accounts.add(account)
    return account


def _turn_of(reseller: Account, email: str) -> str:
    return f"end customer:{reseller.id}:{email}"


def _options(customer: Customer) -> SyncOptions:
    """How an account of that customer begins."""
    # The platform has rules of its own: Saleor accepts 256 characters of any kind.
    return SyncOptions(email=normalized(customer.email), company=as_line(customer.company))
