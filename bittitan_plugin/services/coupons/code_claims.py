"""Ensures one asset per code and coupon: across the coupon API, the stock and codes made by hand.

A code is claimed in the transaction that stores it; the database allows one owner, forever. The
claim does not contain the code but its keyed digest (``code_lookup``), which is the same before and
after the encryption keys are rotated.
"""

from uuid import UUID

from bittitan_plugin.domain.coupons import Coupon
from bittitan_plugin.services.coupons.code_lookup import mark_of
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.store.repositories.claims import Claim
from bittitan_plugin.store.unit_of_work import UnitOfWork


class CodeTaken(Exception):
    """The coupon, or its code, is somebody else's. The transaction must be rolled back."""

    def __init__(self, claim: Claim) -> None:
        super().__init__("a coupon or its code is somebody else's")
        self.claim = claim


def code_subject(mark: str) -> str:
    """The subject of a code's claim; ``mark`` is its digest."""
    return f"code:{mark}"


def claim_coupon(work: UnitOfWork, asset_id: UUID, coupon_id: str, mark: str) -> None:
    """Claim the coupon and its code for the asset. Raises ``CodeTaken``."""
    subjects = (code_subject(mark), _coupon_subject(coupon_id))
    others = work.claims.claim([Claim(subject=each, asset_id=asset_id) for each in subjects])
    if others:
        raise CodeTaken(others[0])


def claim_of_another(
    ports: Ports, work: UnitOfWork, coupon: Coupon, asset_id: UUID
) -> Claim | None:
    """Another owner's claim on the coupon or its code. Such a coupon must not be revoked."""
    subjects = (code_subject(mark_of(ports, work, coupon.code)), _coupon_subject(coupon.id))
    claims = work.claims.of(subjects).values()
    return next((claim for claim in claims if claim.asset_id != asset_id), None)


def owner_named(work: UnitOfWork, claim: Claim) -> str:
    """The owner in words for staff, with its order."""
    asset_id = claim.asset_id
    if claim.stock_code_id is not None:
        code = work.stock.get(claim.stock_code_id)
        if code.asset_id is None:
            return f"the unsold code {code.id} of the coupon stock"
        asset_id = code.asset_id
    if asset_id is None:
        return "another sale"
    asset = work.assets.get(asset_id)
    return f"order {asset.order_number} ({asset.name}, asset {asset.id})"


def _coupon_subject(coupon_id: str) -> str:
    return f"coupon:{coupon_id}"
