"""The back office's first page: health, what waits for a person, and the sales figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.assets import ProvisioningStatus
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.domain.days import begins_at
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.domain.stock_report import Amount
from bittitan_plugin.store.queries import figures
from bittitan_plugin.store.queries.figures import begun
from bittitan_plugin.store.queries.stock import free_by_expiry
from bittitan_plugin.store.unit_of_work import UnitOfWork
from bittitan_plugin.web.admin.admin_context import context_of
from bittitan_plugin.web.admin.admin_page import AdminPage
from bittitan_plugin.web.admin.charts import Chart, Series
from bittitan_plugin.web.admin.health import Finding, Pulse, findings
from bittitan_plugin.web.admin.wording import spoken
from bittitan_plugin.web.site import Site, run

#: Weeks the charts look back.
WEEKS = 12


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What the overview shows, read in one visit."""

    charts: Sequence[Chart]
    #: Whole percent of the sales of these weeks that have their coupon; None without sales.
    success: int | None
    #: Seconds from sale to coupon: the middle one, and the slowest of twenty.
    typical: float | None
    slowest: float | None


class Overview(AdminPage):
    """The first page."""

    path = "/"
    menu_label = "Overview"
    icon = "fa-solid fa-gauge"

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._pulse = Pulse()

    def is_accessible(self, request: Request) -> bool:
        """Every member of staff may see it."""
        return True

    @route("", methods=["GET"], name="index")
    async def index(self, request: Request) -> Response:
        """The page. A part that cannot be read shows that, and the others are shown."""
        context = context_of(request)
        shown = None
        if context.viewer.may(Permission.MANAGE_ORDERS):
            shown = await self.site.read(lambda work: read_figures(work, context.now, context.zone))
        served = await run(self.site.platform.has_customers)
        todo = await self.site.read(lambda work: steps(work, context.installation, served))
        found: Sequence[Finding] = await run(lambda: findings(self.site, self._pulse, context))
        return self.show(
            request,
            "overview.html",
            figures=shown,
            findings=found,
            steps=[step for step in todo if context.viewer.may(step.permission)],
        )

    def is_active(self, request: Request) -> bool:
        """Whether this page itself is shown."""
        return bool(request.url.path.rstrip("/") == request.scope["root_path"])


def read_figures(work: UnitOfWork, now: datetime, zone: ZoneInfo) -> Figures:
    """The charts and the figures."""
    weeks = week_starts(now, zone)
    status = figures.by_provisioning(work, weeks[0])
    times = [took.total_seconds() for took in figures.provisioning_times(work)]
    bought = sum(status.values())
    well = status.get(ProvisioningStatus.SYNCHRONIZED, 0)
    return Figures(
        charts=[
            _sales(figures.sales(work, weeks), zone),
            _provisioning(status),
            _coupons(figures.by_coupon(work)),
            *_returns(figures.returns(work, weeks), zone),
            _stock(free_by_expiry(work, now)),
        ],
        success=100 * well // bought if bought else None,
        typical=median(times) if times else None,
        slowest=times[int(len(times) * 0.95)] if times else None,
    )


def week_starts(now: datetime, zone: ZoneInfo) -> list[datetime]:
    """The first instants of the last ``WEEKS`` calendar weeks, which begin on Monday."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    return [begins_at(monday - timedelta(weeks=back), zone) for back in range(WEEKS - 1, -1, -1)]


def _sales(weeks: Sequence[figures.Week], zone: ZoneInfo) -> Chart:
    return Chart(
        title="Licences sold per week",
        unit="licences",
        labels=_labels([week.begins for week in weeks], zone),
        series=[
            Series(name=kind.label, values=[week.sold.get(kind, 0) for week in weeks])
            for kind in ProductType
        ],
    )


def _provisioning(status: dict[str, int]) -> Chart:
    return _counted("Provisioning of these weeks", list(ProvisioningStatus), status, "assets")


def _coupons(status: dict[str, int]) -> Chart:
    return _counted("Coupons by status", list(CouponStatus), status, "coupons")


def _returns(weeks: Sequence[figures.WeekOfReturns], zone: ZoneInfo) -> list[Chart]:
    labels = _labels([week.begins for week in weeks], zone)
    currencies = sorted({money.currency for week in weeks for money in week.credited})
    cancelled = Chart(
        title="Cancellations per week",
        unit="assets",
        labels=labels,
        series=[Series(name="Cancelled", values=[week.cancelled for week in weeks])],
    )
    credited = [
        Chart(
            title=f"Credited per week ({currency})",
            unit=f"whole {currency}",
            labels=labels,
            series=[Series(name=currency, values=[_whole(week, currency) for week in weeks])],
        )
        for currency in currencies
    ]
    return [cancelled, *credited]


def _stock(free: Mapping[ProductType, Sequence[tuple[datetime, Amount]]]) -> Chart:
    left = {kind: sum(amount.licenses for _, amount in expiries) for kind, expiries in free.items()}
    return Chart(
        title="Stock left by product type",
        unit="licences in unsold codes",
        labels=[kind.label for kind in ProductType],
        series=[Series(name="licences", values=[left.get(kind, 0) for kind in ProductType])],
    )


def _whole(week: figures.WeekOfReturns, currency: str) -> int:
    return sum(int(money.amount) for money in week.credited if money.currency == currency)


def _counted(title: str, order: Sequence[str], counts: dict[str, int], unit: str) -> Chart:
    return Chart(
        title=title,
        unit=unit,
        labels=[spoken(name) for name in order],
        series=[Series(name=unit, values=[counts.get(name, 0) for name in order])],
    )


def _labels(instants: Sequence[datetime], zone: ZoneInfo) -> list[str]:
    local = [when.astimezone(zone) for when in instants]
    return [f"{when.day} {when:%b}" for when in local]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step, whether it is done, and its page (from the back office's root)."""

    name: str
    text: str
    path: str
    #: The permission to do it, and so to see whether it is done.
    permission: Permission
    done: bool


def steps(work: UnitOfWork, installation: Installation, has_customers: bool) -> list[Step]:
    """The seven steps from an empty instance to its first sale."""
    products, there = work.products.all(), begun(work)
    priced = [product for product in products if product.prices]
    return [
        Step(
            name="First member of staff",
            text="You. Colleagues are invited under Staff.",
            path="/staff/list",
            permission=Permission.MANAGE_USERS,
            # Whoever reads this is one.
            done=True,
        ),
        Step(
            name="Connect",
            text="Name BitTitan's coupon API, or sell from a stock of codes or by hand, and switch "
            "the plugin on.",
            path="/settings",
            permission=Permission.MANAGE_PLUGINS,
            done=installation.active,
        ),
        Step(
            name="Get services definition",
            text="Create the product types and import BitTitan's articles.",
            path="/products/list",
            permission=Permission.MANAGE_PRODUCTS,
            done=bool(products),
        ),
        Step(
            name="Price",
            text="Give what you want to sell a price.",
            path="/products/list",
            permission=Permission.MANAGE_PRODUCTS,
            done=bool(priced),
        ),
        Step(
            name="Publish",
            text="Publish what you want to sell; the shop shows it then.",
            path="/products/list",
            permission=Permission.MANAGE_PRODUCTS,
            done=any(product.published for product in priced),
        ),
        Step(
            name="First customer",
            text="Make the customer that buys, and send it an invitation.",
            path="/customers/new",
            permission=Permission.MANAGE_USERS,
            done=has_customers or there.accounts,
        ),
        Step(
            name="First order",
            text="Draft an order for a customer and execute it, or buy in the shop.",
            path="/orders/new",
            permission=Permission.MANAGE_ORDERS,
            done=there.assets,
        ),
    ]
