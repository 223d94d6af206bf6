"""The accounts that the sandbox knows."""

import secrets
from dataclasses import asdict, dataclass

from bittitan_plugin.bittitan.sandbox.errors import ApiError
from bittitan_plugin.bittitan.sandbox.inputs import PartnerInput


@dataclass(frozen=True)
class SandboxPartner:
    """A partner of the contract."""

    id: str
    reference: str
    email: str
    company: str

    def document(self) -> dict[str, object]:
        """The partner in the contract's format."""
        return asdict(self)


class Partners:
    """Not thread-safe by itself: ``Sandbox`` locks around it."""

    def __init__(self) -> None:
        self._partners: dict[str, SandboxPartner] = {}

    def register(self, request: PartnerInput) -> tuple[SandboxPartner, bool]:
        """The partner, and whether it is new.

        A known reference is the same partner, with its address and company brought up to
        date; a known address under another reference is adopted as it is. Raises 409
        ``EMAIL_TAKEN`` if a known reference moves to another partner's address.
        """
        by_email = self.by_email(request.email)
        known = self._by_reference(request.reference)
        if known is None:
            if by_email:
                return by_email, False
            return self._store(f"prt_{secrets.token_hex(8)}", request), True
        if by_email and by_email.id != known.id:
            raise ApiError(
                409, "EMAIL_TAKEN", "The address belongs to another partner.", field="email"
            )
        return self._store(known.id, request), False

    def by_email(self, email: str) -> SandboxPartner | None:
        """The partner with that address, upper and lower case alike."""
        wanted = email.casefold()
        return next((p for p in self._partners.values() if p.email.casefold() == wanted), None)

    def is_known(self, partner_id: str) -> bool:
        """Whether coupons can be issued to it."""
        return partner_id in self._partners

    def all(self) -> list[SandboxPartner]:
        """Every partner, oldest first."""
        return list(self._partners.values())

    def _by_reference(self, reference: str) -> SandboxPartner | None:
        return next((p for p in self._partners.values() if p.reference == reference), None)

    def _store(self, partner_id: str, request: PartnerInput) -> SandboxPartner:
        partner = SandboxPartner(partner_id, request.reference, request.email, request.company)
        self._partners[partner_id] = partner
        return partner
