"""What staff do to a product: create, change, publish, withdraw, delete.

The platform is changed first, which keeps the binding valid; what it refuses is not stored here.
Assets already sold never change: they have their own copy.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import structlog

from bittitan_plugin.domain.audit_entries import Subject, SubjectKind, differences
from bittitan_plugin.domain.catalogue import (
    PRODUCT_GROUP,
    PlatformVariant,
    Product,
    ProductType,
    check_days,
    check_prices,
    check_publishable,
)
from bittitan_plugin.domain.errors import ErrorCode, Faults, Refusal, Rejected
from bittitan_plugin.domain.history import Actor
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.domain.texts import check_line
from bittitan_plugin.ports.platform import Offer
from bittitan_plugin.services.catalogue.variants import CATALOGUE_TURN
from bittitan_plugin.services.installations import get_installation
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.store.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

#: What the audit compares of a product.
_SHOWN = ("name", "sku", "product_type", "prices", "published", "expire_days", "validity_days")

#: How each value of ``Wishes`` is checked, in the order of the form.
_CHECKS: Mapping[str, Callable[[Any], object]] = {
    "sku": partial(check_line, name="sku"),
    "name": partial(check_line, name="name"),
    "prices": check_prices,
    "expire_days": partial(check_days, name="expire_days"),
    "validity_days": partial(check_days, name="validity_days"),
    "variant_id": partial(check_line, name="variant_id"),
    "published": bool,
}


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """Staff's unchecked input. None was not given: a default for a new product, else unchanged."""

    sku: str | None = None
    name: str | None = None
    #: (amount, currency) of every price; they replace all existing ones.
    prices: Sequence[tuple[str, str]] | None = None
    #: Text is refused; it is let through to be refused together with the rest.
    expire_days: int | str | None = None
    validity_days: int | str | None = None
    published: bool | None = None
    variant_id: str | None = None


def create(
    tenant: Tenant, actor: Actor, product_type: ProductType | None, wishes: Wishes
) -> Product:
    """A new product, sold by ``wishes.variant_id`` or by a variant the platform makes for it.

    Article number, name and product type are required; days default to the configuration's. Raises
    ``Refusal`` on the value at fault, UNIQUE when variant or article number are sold already.
    """
    installation = _active(tenant)
    product = _new(installation, product_type, wishes)
    with tenant.reading() as work:
        _check_free(work, product)
    with _refused_by_platform():
        # An existing variant keeps the values that were not given.
        shown = tenant.platform.offer(_part(product, wishes), PRODUCT_GROUP)
    product = product.following(shown)
    with tenant.writing() as work:
        work.take_turns(CATALOGUE_TURN)
        # The platform's event about this change may have made us follow the variant already.
        follower = work.products.of_variants([shown.variant_id]).get(shown.variant_id)
        if follower is not None and (follower.sku, follower.imported) == (product.sku, None):
            product = replace(product, id=follower.id)
            work.products.save(product)
        else:
            work.products.add(product)
        _record(tenant, work, actor, None, product)
    _log("product_created", installation, actor, product)
    return product


def update(tenant: Tenant, actor: Actor, product_id: UUID, wishes: Wishes) -> Product:
    """Change, publish or withdraw a product; what is not given stays.

    Raises ``Refusal`` on the value at fault, NOT_FOUND on ``id``, UNIQUE on ``variant_id``.
    """
    installation = _active(tenant)
    with tenant.reading() as work:
        before = work.products.get(product_id)
        after = _changed(before, wishes)
        if after.variant_id != before.variant_id:
            _check_free(work, after)
    shown = _tell(tenant, before, after, wishes)
    with tenant.writing() as work:
        work.take_turns(CATALOGUE_TURN)
        before = work.products.get(product_id)
        after = _changed(before, wishes)
        after = after.following(shown) if shown else after
        work.products.save(after)
        _record(tenant, work, actor, before, after)
    _log("product_updated", installation, actor, after)
    return after


def price(tenant: Tenant, actor: Actor, product_id: UUID, amount: str, currency: str) -> Product:
    """Set the price in one currency; those in others stay. Raises as ``update`` does."""
    with tenant.reading() as work:
        known = work.products.get(product_id).prices.values()
    others = [(str(each.amount), each.currency) for each in known if each.currency != currency]
    return update(tenant, actor, product_id, Wishes(prices=[*others, (amount, currency)]))


def delete(tenant: Tenant, actor: Actor, product_id: UUID) -> Product:
    """Delete a product that was never sold and return it; the platform stops offering it.

    Our rule: a sold one can only be withdrawn, because its assets name it. Raises ``Refusal``
    NOT_FOUND or INVALID on ``id``. A later *Get Services Definition* imports its article again.
    """
    installation = _active(tenant)
    with tenant.reading() as work:
        product = work.products.get(product_id)
        _check_unsold(work, product)
    if product.variant_id:
        with _refused_by_platform():
            tenant.platform.withdraw(product.variant_id)
    with tenant.writing() as work:
        _check_unsold(work, product)
        work.products.remove(product_id)
        _record(tenant, work, actor, product, None)
    _log("product_deleted", installation, actor, product)
    return product


def _active(tenant: Tenant) -> Installation:
    installation = get_installation(tenant)
    installation.check_active()
    return installation


def _new(installation: Installation, product_type: ProductType | None, wishes: Wishes) -> Product:
    if product_type is None:
        raise Refusal(
            ErrorCode.REQUIRED, "Say which of the two product types it is.", field="product_type"
        )
    configuration = installation.configuration
    blank = Product(
        id=uuid4(),
        product_type=product_type,
        sku="",
        name="",
        expire_days=configuration.expire_days,
        validity_days=configuration.validity_days,
    )
    return _changed(blank, replace(wishes, sku=wishes.sku or "", name=wishes.name or ""))


def _changed(product: Product, wishes: Wishes) -> Product:
    """The product with the given values. Raises every ``Refusal`` of them at once."""
    faults, changed = Faults(), product
    for name, check in _CHECKS.items():
        given, before = getattr(wishes, name), getattr(product, name)
        if given is not None:
            changed = replace(changed, **{name: faults.of(partial(check, given), before)})
    faults.check()
    if changed.sku != product.sku:
        # Nothing was ever imported for another article.
        changed = replace(changed, imported=None)
    if wishes.published or wishes.prices is not None:
        check_publishable(changed)
    return changed


def _check_free(work: UnitOfWork, product: Product) -> None:
    if product.variant_id is not None:
        if work.products.of_variants([product.variant_id]):
            raise Refusal(
                ErrorCode.UNIQUE,
                "Another BitTitan product is bound to that variant already.",
                field="variant_id",
            )
        return
    known = work.products.by_skus([product.sku]).get(product.sku)
    if known is not None:
        raise Refusal(
            ErrorCode.UNIQUE,
            f"'{known.name}' has the article number {product.sku} already; change that one, or "
            "name the variant that sells this one.",
            field="sku",
        )


def _check_unsold(work: UnitOfWork, product: Product) -> None:
    if work.products.is_sold(product.id):
        raise Refusal(
            ErrorCode.INVALID,
            "It has been sold, and its assets name it: withdraw it instead (published: false).",
            field="id",
        )


def _tell(
    tenant: Tenant, before: Product, after: Product, wishes: Wishes
) -> PlatformVariant | None:
    """Apply staff's decision at the platform; None where nothing concerns it."""
    moved = after.variant_id != before.variant_id
    days = (wishes.expire_days, wishes.validity_days)
    said = (wishes.name, wishes.prices, wishes.published, *days)
    if not moved and all(value is None for value in said):
        return None
    if after.variant_id is None and not after.published:
        return None
    host = tenant.platform
    with _refused_by_platform():
        if moved or before.variant_id is None:
            shown = host.offer(_whole(after), PRODUCT_GROUP)
        else:
            shown = host.offer(_part(after, wishes), PRODUCT_GROUP)
        if moved and before.variant_id is not None:
            host.withdraw(before.variant_id)
    return shown


def _whole(product: Product) -> Offer:
    return Offer(
        sku=product.sku,
        product_type=product.product_type,
        variant_id=product.variant_id,
        name=product.name,
        prices=product.prices,
        published=product.published,
        expire_days=product.expire_days,
        validity_days=product.validity_days,
    )


def _part(product: Product, wishes: Wishes) -> Offer:
    return Offer(
        sku=product.sku,
        product_type=product.product_type,
        variant_id=product.variant_id,
        name=None if wishes.name is None else product.name,
        prices=None if wishes.prices is None else product.prices,
        published=wishes.published,
        expire_days=None if wishes.expire_days is None else product.expire_days,
        validity_days=None if wishes.validity_days is None else product.validity_days,
    )


@contextmanager
def _refused_by_platform() -> Iterator[None]:
    """Turn the platform's refusals into invalid input, because the caller named the variant."""
    try:
        yield
    except Rejected as rejection:
        known = rejection.code in set(ErrorCode)
        code = ErrorCode(rejection.code) if known else ErrorCode.INVALID
        raise Refusal(code, rejection.message, field=rejection.field) from rejection


def _record(
    tenant: Tenant, work: UnitOfWork, actor: Actor, before: Product | None, after: Product | None
) -> None:
    product = after or before
    if product is not None:
        subject = Subject(kind=SubjectKind.PRODUCT, id=str(product.id), name=product.name)
        changes = differences(_shown(before), _shown(after))
        work.audit.record(actor, tenant.ports.clock(), subject, changes)


def _shown(product: Product | None) -> dict[str, object]:
    """What the audit compares; nothing is left of a product that does not exist."""
    if product is None:
        return dict.fromkeys(_SHOWN)
    shown: dict[str, object] = {name: getattr(product, name) for name in _SHOWN}
    return shown | {"prices": ", ".join(map(str, product.prices.values()))}


def _log(event: str, installation: Installation, actor: Actor, product: Product) -> None:
    log.info(event, installation=installation.key, actor=actor.name, product=str(product.id))
