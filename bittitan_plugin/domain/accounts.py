"""Who buys: customer accounts of the distributor, and whether BitTitan knows them.

Accounts are values, as assets are. If several synchronizations run at once, the first one counts.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bittitan_plugin.domain.addresses import check_address, is_address
from bittitan_plugin.domain.described import Described
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.texts import check_line, check_typed, quoted

#: The longest BitTitan password passed on, in characters. The limit is our choice.
LONGEST_PASSWORD = 255


class AccountStatus(Described):
    """Whether BitTitan knows the account. Documented."""

    UNSYNCHRONIZED = "UNSYNCHRONIZED", "It has to be synchronized before coupons are issued."
    SYNCHRONIZED = "SYNCHRONIZED", "Coupons can be issued to it."


@dataclass(frozen=True, kw_only=True)
class SyncOptions:
    """What is sent to BitTitan about an account. Documented: e-mail address and company name."""

    email: str
    company: str

    def changed(self, email: str | None, company: str | None) -> "SyncOptions":
        """These options with what a person entered; None leaves a value as it was prefilled.

        Raises ``Refusal`` on ``email`` or ``company_name``.
        """
        return SyncOptions(
            email=self.email if email is None else check_address(email, "email"),
            company=self.company if company is None else check_line(company, "company_name"),
        )


@dataclass(frozen=True, kw_only=True)
class Account:
    """A reseller, a direct customer or an end customer of a reseller."""

    id: UUID
    #: The platform's customer, or None for an end customer: its user is who proved the address.
    customer_id: str | None
    #: Normalized, see ``addresses.py``.
    email: str
    company: str
    #: The reseller this end customer belongs to, or None for a direct customer or a reseller.
    reseller_id: UUID | None = None
    status: AccountStatus = AccountStatus.UNSYNCHRONIZED
    #: BitTitan's id of the account, once synchronized.
    partner_id: str | None = None
    #: Why the last synchronization failed, in words for staff.
    sync_error: str | None = None
    created_at: datetime

    @property
    def reference(self) -> str:
        """The reference under which the vendor knows the account; it never changes."""
        return f"account-{self.id}"

    @property
    def is_synchronized(self) -> bool:
        """Whether BitTitan knows the account, so that coupons can be issued to it."""
        return self.status is AccountStatus.SYNCHRONIZED

    @property
    def sync_options(self) -> SyncOptions:
        """The prefilled options. Our rule: a buyer without a company goes by its address."""
        return SyncOptions(email=self.email, company=self.company or self.email)

    @property
    def company_name(self) -> str | None:
        """Its company as others may read it; None where it goes by an address."""
        return None if not self.company or is_address(self.company) else self.company

    def saved(self, options: SyncOptions) -> "Account":
        """The account with options that a person saved, before it is synchronized with them.

        Raises ``Refusal`` when BitTitan already knows the account by other options.
        """
        if self.is_synchronized:
            self.check_known_by(options)
            return self
        return replace(self, email=options.email, company=options.company)

    def following(self, before: SyncOptions, after: SyncOptions) -> "Account":
        """The account after the platform's customer was changed from the one to the other.

        What BitTitan knows stays, and so does an option that a person saved for BitTitan.
        """
        if self.is_synchronized:
            return self
        return replace(
            self,
            email=after.email if self.email == before.email else self.email,
            company=after.company if self.company == before.company else self.company,
        )

    def check_known_by(self, options: SyncOptions) -> None:
        """Raise ``Refusal`` INVALID on an option that BitTitan knows with another value."""
        known = self.sync_options
        for field, wanted, value in (
            ("email", options.email, known.email),
            ("company_name", options.company, known.company),
        ):
            if wanted != value:
                raise Refusal(
                    ErrorCode.INVALID,
                    f"This account is synchronized with BitTitan as {quoted(value)} already; "
                    "that can no longer be changed here.",
                    field=field,
                )

    def synchronized(self, partner_id: str, options: SyncOptions) -> "Account":
        """The account as BitTitan knows it by these options. Repeating this is harmless."""
        if self.is_synchronized:
            return self
        return replace(
            self,
            email=options.email,
            company=options.company,
            status=AccountStatus.SYNCHRONIZED,
            partner_id=partner_id,
            sync_error=None,
        )

    def not_synchronized(self, message: str) -> "Account":
        """The account with the error of a failed attempt; an attempt that succeeded wins."""
        return self if self.is_synchronized else replace(self, sync_error=message)


def check_password(password: str | None) -> str | None:
    """The BitTitan password that an older contract has, to be passed on and never kept.

    Raises ``Refusal`` on ``password``.
    """
    if password is None:
        return None
    if not password:
        raise Refusal(
            ErrorCode.REQUIRED, "Give the password, or leave it out altogether.", field="password"
        )
    if len(password) > LONGEST_PASSWORD:
        raise Refusal(
            ErrorCode.INVALID,
            f"A password has at most {LONGEST_PASSWORD} characters.",
            field="password",
        )
    return check_typed(password, "password")
