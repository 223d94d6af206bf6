"""Who buys: customer accounts of the distributor, and their standing with BitTitan.

Accounts are values, as assets are. Of several synchronizations at once the first one counts.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bittitan_plugin.domain.addresses import check_address, is_address
from bittitan_plugin.domain.described import Described
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.texts import check_line, check_typed, quoted

#: The longest BitTitan password passed on, in characters. Ours.
LONGEST_PASSWORD = 255


class AccountStatus(Described):
    """Whether BitTitan knows the account. Documented."""

    UNSYNCHRONIZED = "UNSYNCHRONIZED", "It has to be synchronized before coupons are issued."
    SYNCHRONIZED = "SYNCHRONIZED", "Coupons can be issued to it."


@dataclass(frozen=True, kw_only=True)
class SyncOptions:
    """What BitTitan is told of an account. Documented: e-mail address and company name."""

    email: str
    company: str

    def changed(self, email: str | None, company: str | None) -> "SyncOptions":
        """With what a person entered; None leaves a value as it was prefilled.

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
    #: The host's customer, or None for an end customer, whose user is who proved its address.
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
        """Under which the vendor knows the account; the same however often it is sent."""
        return f"account-{self.id}"

    @property
    def is_synchronized(self) -> bool:
        """Whether BitTitan knows the account, so that coupons can be issued to it."""
        return self.status is AccountStatus.SYNCHRONIZED

    @property
    def sync_options(self) -> SyncOptions:
        """As they are prefilled. Ours: a buyer without a company goes by its address."""
        return SyncOptions(email=self.email, company=self.company or self.email)

    @property
    def company_name(self) -> str | None:
        """Its company as others may read it; None where it goes by an address."""
        return None if not self.company or is_address(self.company) else self.company

    def saved(self, options: SyncOptions) -> "Account":
        """A person saves the options before the account is synchronized with them.

        Raises ``Refusal`` when BitTitan knows the account by others already.
        """
        if self.is_synchronized:
            self.check_known_by(options)
            return self
        return replace(self, email=options.email, company=options.company)

    def check_known_by(self, options: SyncOptions) -> None:
        """Raise ``Refusal`` INVALID on the option BitTitan knows otherwise: it is not changed."""
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
        """BitTitan knows it by these options. Repeating it, or coming second, is harmless."""
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
        """An attempt failed, which is said; one that succeeded meanwhile counts more."""
        return self if self.is_synchronized else replace(self, sync_error=message)


def check_password(password: str | None) -> str | None:
    """The BitTitan password of an older contract, to be passed on and never kept.

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
