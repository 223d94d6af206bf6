"""Makes accounts known to BitTitan: by *Save & Synchronize*, or before a first coupon."""

from uuid import UUID

from bittitan_plugin.domain.accounts import Account, SyncOptions, check_password
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.audit_entries import Subject, SubjectKind
from bittitan_plugin.domain.errors import ErrorCode, OutcomeUnknown, Refusal, Rejected, Unavailable
from bittitan_plugin.domain.history import Actor, ActorKind, Change
from bittitan_plugin.ports.vendor import CouponVendor, Partner
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.services.workflow_ids import Workflow, synchronize_id
from bittitan_plugin.store.unit_of_work import UnitOfWork

_SYSTEM = Actor(ActorKind.SYSTEM, "account synchronized")
#: The names of the inputs of *Sync options*, by the vendor's names for them.
_INPUTS = {"email": "email", "company": "company_name", "password": "password"}


def save_and_synchronize(
    tenant: Tenant,
    account_id: UUID,
    actor: Actor,
    *,
    email: str | None = None,
    company_name: str | None = None,
    password: str | None = None,
) -> Account:
    """Save the sync options, then synchronize the account with them. Documented.

    None leaves an option as it was prefilled. The options stay saved when BitTitan is down or
    refuses, so that it can be repeated; repeating it after a success changes nothing. The password
    is passed on and never stored. Raises ``Refusal`` (on ``email``, ``company_name`` or
    ``password``), and what ``synchronize_account`` raises.
    """
    password = check_password(password)
    with tenant.writing() as work:
        work.installations.by_id(tenant.id).check_active()
        account = work.accounts.get(account_id)
        options = account.sync_options.changed(email, company_name)
        _check_unique(work, account, options)
        work.accounts.change(account_id, lambda known: known.saved(options))
        asked = Change(field="synchronize", before=None, after=options.company or options.email)
        subject = Subject(kind=SubjectKind.ACCOUNT, id=str(account_id), name=account.email)
        work.audit.record(actor, tenant.ports.clock(), subject, [asked])
    try:
        account = synchronize_account(tenant, account_id, password=password)
    except Refusal as refusal:
        raise _misconfigured(refusal.message) from refusal
    except Rejected as rejection:
        if (rejection.field or "").startswith("api_"):
            raise _misconfigured(rejection.message) from rejection
        field = _INPUTS.get(rejection.field or "")
        raise Rejected(rejection.code, rejection.message, field=field) from rejection
    # Somebody else may have been quicker, with other options.
    account.check_known_by(options)
    return account


def synchronize_account(
    tenant: Tenant, account_id: UUID, *, password: str | None = None
) -> Account:
    """Make the account known to BitTitan, or adopt it if BitTitan knows it already.

    Repeating it changes nothing, and if several run at once, one counts. Raises ``Rejected``,
    ``Unavailable``, or ``Refusal`` when the settings do not allow the call; each time the reason
    is stored on the account, for staff to read.
    """
    with tenant.reading() as work:
        account = work.accounts.get(account_id)
        configuration = work.installations.by_id(tenant.id).configuration
    if account.is_synchronized:
        return account
    options = account.sync_options
    try:
        vendor = tenant.ports.vendors.of(configuration)
        partner = _partner(vendor, account.reference, options, password)
    except (Rejected, Unavailable, Refusal) as failure:
        message = failure.message
        with tenant.writing() as work:
            work.accounts.change(account_id, lambda known: known.not_synchronized(message))
        raise
    with tenant.writing() as work:
        account = work.accounts.change(
            account_id, lambda known: known.synchronized(partner.id, options)
        )
        _release(tenant.ports, work, account)
    return account


def waiting_key(account_id: UUID) -> str:
    """The key of the problem that paid orders wait for the account; closed when it is known."""
    return f"account:{account_id}"


def _misconfigured(message: str) -> Refusal:
    """The error for a wrong setting of the plugin, as opposed to an input of this account."""
    return Refusal(
        ErrorCode.PLUGIN_MISCONFIGURED, f"BitTitan cannot be asked as things are set up: {message}"
    )


def _check_unique(work: UnitOfWork, account: Account, options: SyncOptions) -> None:
    if account.reseller_id is None:
        return
    work.take_turns(f"end customer:{account.reseller_id}:{options.email}")
    other = work.accounts.end_customer(account.reseller_id, options.email)
    if other is not None and other.id != account.id:
        raise Refusal(
            ErrorCode.UNIQUE,
            "The same reseller has another end customer with this address.",
            field="email",
        )


def _partner(
    vendor: CouponVendor, reference: str, options: SyncOptions, password: str | None
) -> Partner:
    # Looking first adopts accounts that ordered before.
    known = vendor.partner(options.email)
    if known:
        return known
    try:
        return vendor.register_partner(
            reference=reference, email=options.email, company=options.company, password=password
        )
    except OutcomeUnknown as unknown:
        made = vendor.partner(options.email)
        if made is None:
            # The call may still be in progress; a later attempt looks before it asks again.
            raise Unavailable(unknown.message) from unknown
        return made


def _release(ports: Ports, work: UnitOfWork, account: Account) -> None:
    """Start the work that waited for this account."""
    work.problems.resolve(waiting_key(account.id), ports.clock())
    for asset in work.assets.waiting_for_account(account.id):
        released = work.assets.change(asset.id, Asset.retried, _SYSTEM, ports.clock())
        work.enqueue(
            Workflow.SYNCHRONIZE, synchronize_id(asset.id, released.version), str(asset.id)
        )
