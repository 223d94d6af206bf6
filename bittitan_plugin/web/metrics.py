"""``/metrics`` for Prometheus: counts are read from the store, so all processes agree."""

from collections.abc import Iterable
from secrets import compare_digest

from anyio import to_thread
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from sqlalchemy import Engine, func, literal, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bittitan_graphql.http import bearer_token
from bittitan_plugin.store.engine import reading_engine
from bittitan_plugin.store.tables import AssetRow, CircuitRow, ProblemRow


class StoreCollector(Collector):
    """Counts assets and open problems. No label carries a customer, an order or a code."""

    def __init__(self, engine: Engine) -> None:
        self._reading = reading_engine(engine)

    def collect(self) -> Iterable[Metric]:
        """One statement per metric."""
        with Session(self._reading) as session:
            yield _gauge(
                "bittitan_assets",
                "Assets by what became of them.",
                ("status", "provisioning_status", "coupon_status"),
                session.execute(
                    select(
                        AssetRow.status,
                        AssetRow.provisioning_status,
                        AssetRow.coupon_status,
                        func.count(),
                    ).group_by(
                        AssetRow.status, AssetRow.provisioning_status, AssetRow.coupon_status
                    )
                ),
            )
            yield _gauge(
                "bittitan_open_problems",
                "Problems that wait for a person.",
                ("kind",),
                session.execute(
                    select(ProblemRow.kind, func.count())
                    .where(ProblemRow.resolved_at.is_(None))
                    .group_by(ProblemRow.kind)
                ),
            )
            yield _gauge(
                "bittitan_vendor_circuit_open",
                "Addresses of vendors that are not called now, and why.",
                ("address", "closure"),
                session.execute(select(CircuitRow.address, CircuitRow.closure, literal(1))),
            )


def metrics_route(engine: Engine, token: str) -> Route:
    """The route; a scrape costs three statements. With a ``token`` it requires it as bearer."""
    registry = CollectorRegistry()
    registry.register(StoreCollector(engine))

    async def metrics(request: Request) -> Response:
        if token and not compare_digest((bearer_token(request) or "").encode(), token.encode()):
            refused = "Ask with the token of BITTITAN_METRICS_TOKEN: Authorization: Bearer.\n"
            return PlainTextResponse(refused, 401, headers={"WWW-Authenticate": "Bearer"})
        try:
            text = await to_thread.run_sync(generate_latest, registry)
        except SQLAlchemyError as error:
            return Response(f"the database cannot be reached ({type(error).__name__})\n", 503)
        return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return Route("/metrics", metrics)


def _gauge(
    name: str, text: str, labels: tuple[str, ...], rows: Iterable[Iterable[object]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=labels)
    for row in rows:
        *values, count = row
        family.add_metric([str(value) for value in values], float(str(count)))
    return family
