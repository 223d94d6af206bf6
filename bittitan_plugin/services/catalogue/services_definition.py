"""*Get Services Definition*: product types, the vendor's SKU list and the product group.

A page of the list is one transaction on the platform and then one here, and only one page is in
memory. Whatever stops it, what was imported is kept, and the next run continues from there: each
step looks before it makes anything.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from uuid import uuid4

import structlog

from bittitan_plugin.domain.catalogue import (
    CLOCKS,
    PRODUCT_GROUP,
    PlatformVariant,
    Product,
    ProductType,
)
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.errors import ErrorCode, Refusal, Rejected
from bittitan_plugin.domain.history import Actor
from bittitan_plugin.domain.importing import (
    Article,
    check_same_type,
    imported,
    is_visible_change,
    new_product,
    read_article,
)
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.ports.platform import Platform, Presentation, TypeDefinition, TypeProperty
from bittitan_plugin.ports.vendor import BrokenRow, VendorProduct
from bittitan_plugin.services.catalogue.variants import CATALOGUE_TURN, follow_variants
from bittitan_plugin.services.import_report import Report, ServicesDefinition
from bittitan_plugin.services.installations import get_installation
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.store.unit_of_work import UnitOfWork

#: Rows of the vendor's list that are imported at a time.
PAGE_SIZE = 100
#: The vendor's refusals over these fields mean wrong settings.
_CREDENTIALS = {"api_url", "api_email", "api_password", "coupon_source"}

log = structlog.get_logger(__name__)

_Row = VendorProduct | BrokenRow
_Numbered = tuple[int, Article]


def fetch(
    tenant: Tenant, actor: Actor, progress: Callable[[ServicesDefinition], None] | None = None
) -> ServicesDefinition:
    """Bring product types, products and group up to date; a second run changes nothing.

    ``progress`` is called after the product types and after every page. What the distributor
    edited is never overwritten; see ``domain.importing``. Raises ``Refusal`` PLUGIN_INACTIVE or
    PLUGIN_MISCONFIGURED, ``Rejected`` or ``Unavailable``; what was imported until then is kept.
    """
    installation = get_installation(tenant)
    installation.check_active()
    report = Report(progress)
    try:
        rows = _articles(tenant.ports, installation.configuration)
        host = tenant.platform
        _ensure_types(host, installation.configuration, report)
        for page in _pages(rows):
            _import(tenant.ports, installation, host, page, report)
            report.tell()
    except (Refusal, Rejected) as refused:
        raise _misconfigured(refused) from refused
    _bind_the_rest(tenant.ports, installation, host, report)
    report.tell()
    result = report.so_far()
    log.info(
        "services_definition_fetched",
        installation=installation.key,
        actor=actor.name,
        created=result.created,
        updated=result.updated,
        unchanged=result.unchanged,
        bound=result.bound,
        skipped=result.skipped_count,
    )
    return result


def _articles(ports: Ports, configuration: Configuration) -> Iterable[_Row]:
    """BitTitan's list; empty where everything is sold from stock."""
    return ports.vendors.of(configuration).products() if configuration.uses_api else ()


def _misconfigured(refused: Refusal | Rejected) -> Refusal | Rejected:
    """The same failure, or one that names the setting at fault, which is no input of the caller."""
    if refused.field not in _CREDENTIALS:
        return refused
    return Refusal(
        ErrorCode.PLUGIN_MISCONFIGURED, f"The setting '{refused.field}': {refused.message}"
    )


def _ensure_types(host: Platform, configuration: Configuration, report: Report) -> None:
    properties = (
        TypeProperty(slug="expire", name=CLOCKS["expire"], default=configuration.expire_days),
        TypeProperty(slug="validity", name=CLOCKS["validity"], default=configuration.validity_days),
    )
    definitions = [
        TypeDefinition(slug=kind.slug, name=kind.label, properties=properties)
        for kind in ProductType
    ]
    report.types(host.ensure_product_types(definitions))
    host.ensure_group(PRODUCT_GROUP)
    report.tell()


def _pages(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    remaining = iter(rows)
    while page := list(islice(remaining, PAGE_SIZE)):
        yield page


def _import(
    ports: Ports, installation: Installation, host: Platform, page: Sequence[_Row], report: Report
) -> None:
    articles = _readable(page, report)
    with ports.store.reading(installation.id) as work:
        known = _known(work, articles)
    articles = [each for each in articles if _keeps_its_type(each, known, report)]
    shown = host.present([_presentation(a, known.get(a.sku)) for _, a in articles], PRODUCT_GROUP)
    if all(_is_up_to_date(a, known.get(a.sku), shown.get(a.sku)) for _, a in articles):
        report.unchanged += len(articles)
        return
    with ports.store.writing(installation.id) as work:
        # Read again: an event of the platform may have made or bound one in the meantime.
        work.take_turns(CATALOGUE_TURN)
        known = _known(work, articles)
        bound = work.products.of_variants([variant.variant_id for variant in shown.values()])
        new = []
        for position, article in articles:
            variant, before = shown.get(article.sku), known.get(article.sku)
            if variant is not None and before != bound.get(variant.variant_id, before):
                report.skip(position, article.sku, _BOUND_ELSEWHERE)
            elif before is None and variant is None:
                report.skip(position, article.sku, _SKU_TAKEN)
            elif before is None:
                new.append(_first_import(installation, article, variant))
            else:
                _again(work, before, imported(before, article, variant), report)
        work.products.add_all(new)
    report.created += len(new)


_BOUND_ELSEWHERE = "The platform's variant with this article number sells another product."
_SKU_TAKEN = "The platform sells something else under this article number."


def _readable(page: Sequence[_Row], report: Report) -> list[_Numbered]:
    readable = []
    for row in page:
        if isinstance(row, BrokenRow):
            report.skip(row.position, None, row.reason)
            continue
        try:
            article = read_article(
                sku=row.sku,
                product_type=row.product_type,
                name=row.name,
                price=row.list_price,
            )
            readable.append((row.position, article))
        except Refusal as refusal:
            report.skip(row.position, row.sku, refusal.message)
    return readable


def _known(work: UnitOfWork, articles: Sequence[_Numbered]) -> dict[str, Product]:
    return work.products.by_skus([article.sku for _, article in articles])


def _keeps_its_type(numbered: _Numbered, known: dict[str, Product], report: Report) -> bool:
    position, article = numbered
    try:
        if article.sku in known:
            check_same_type(known[article.sku], article)
    except Refusal as refusal:
        report.skip(position, article.sku, refusal.message)
        return False
    return True


def _presentation(article: Article, product: Product | None) -> Presentation:
    return Presentation(
        sku=article.sku,
        product_type=article.product_type,
        listed=article.listed,
        previous=product.imported if product else None,
        variant_id=product.variant_id if product else None,
        is_new=product is None,
    )


def _is_up_to_date(
    article: Article, product: Product | None, variant: PlatformVariant | None
) -> bool:
    return product is not None and imported(product, article, variant) == product


def _first_import(
    installation: Installation, article: Article, variant: PlatformVariant | None
) -> Product:
    return imported(new_product(uuid4(), article, installation.configuration), article, variant)


def _again(work: UnitOfWork, before: Product, after: Product, report: Report) -> None:
    if after != before:
        work.products.save(after)
    if is_visible_change(before, after):
        report.updated += 1
    else:
        report.unchanged += 1


def _bind_the_rest(
    ports: Ports, installation: Installation, host: Platform, report: Report
) -> None:
    """Bind variants of ours that are unknown here, because the plugin was off when they came."""
    for batch in host.variants(list(ProductType)):
        report.bound += follow_variants(ports, installation, batch)
