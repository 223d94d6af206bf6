"""Saleor's app protocol over HTTP: the manifest, the registration, the webhooks."""

from pydantic_core import from_json
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bittitan_plugin.platforms.saleor.allowed import NotAllowed
from bittitan_plugin.platforms.saleor.manifest import app_manifest
from bittitan_plugin.platforms.saleor.pages.call_threads import RETRY_AFTER_S, Busy, FewAtATime
from bittitan_plugin.platforms.saleor.pages.service import SaleorService
from bittitan_plugin.platforms.saleor.registration import RegistrationRefused, unsupported
from bittitan_plugin.platforms.saleor.signatures import LARGEST_BODY
from bittitan_plugin.platforms.saleor.versions import is_supported
from bittitan_plugin.store.writing import fault_in_words

#: Bytes of the largest registration that is read.
LARGEST_REGISTRATION = 16 * 1024


class BodyTooLarge(Exception):
    """The body is larger than what is read."""


def protocol_routes(service: SaleorService) -> list[Route]:
    """``/saleor/manifest``, ``/saleor/register`` and ``/saleor/webhooks``."""
    return [_manifest(service), _registration(service), _webhooks(service)]


def _manifest(service: SaleorService) -> Route:
    async def manifest(request: Request) -> Response:
        version = request.headers.get("Saleor-Schema-Version")
        if version is not None and not is_supported(version):
            return _refused("UNSUPPORTED_VERSION", unsupported(version), 400)
        # A person's browser names no version and may look at the newest manifest.
        return JSONResponse(app_manifest(service.public_url, version or "3.22"))

    return Route("/saleor/manifest", manifest)


def _registration(service: SaleorService) -> Route:
    few = FewAtATime()

    async def register(request: Request) -> Response:
        try:
            body = from_json(await read_body(request, LARGEST_REGISTRATION))
        except BodyTooLarge:
            return _refused("INVALID", "The request is too large.", 413)
        except ValueError:
            return _refused("INVALID", "The request is no JSON.", 400)
        try:
            named = service.allowed.check(request.headers.get("Saleor-Api-Url", ""))
        except NotAllowed:
            named = ""  # which is refused without any call
        try:
            await few.run(named, lambda: service.registrar.register(request.headers, body))
        except RegistrationRefused as refusal:
            return _refused(refusal.code, refusal.message, refusal.status)
        except Busy:
            busy = "Other installations are under way; install the app again in a moment."
            refused = _refused("BUSY", busy, 503)
            refused.headers["Retry-After"] = str(RETRY_AFTER_S)
            return refused
        return JSONResponse({"success": True})

    return Route("/saleor/register", register, methods=["POST"])


def _webhooks(service: SaleorService) -> Route:
    async def webhooks(request: Request) -> Response:
        try:
            body = await read_body(request, LARGEST_BODY)
        except BodyTooLarge:
            return JSONResponse({"message": "The body is too large."}, 413)
        try:
            answer = await run_in_threadpool(service.webhooks.receive, request.headers, body)
        except SQLAlchemyError as error:
            # Nothing can be stored without the database; Saleor will send it again.
            return JSONResponse({"message": f"The database {fault_in_words(error)}."}, 503)
        return JSONResponse({"message": answer.message}, answer.status)

    return Route("/saleor/webhooks", webhooks, methods=["POST"])


async def read_body(request: Request, largest: int) -> bytes:
    """The body, never more of it than ``largest`` bytes. Raises ``BodyTooLarge``."""
    announced = request.headers.get("Content-Length", "")
    if announced.isdigit() and int(announced) > largest:
        raise BodyTooLarge
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise BodyTooLarge
    return bytes(body)


def _refused(code: str, message: str, status: int) -> Response:
    # The format that Saleor reads; it shows the message in the Dashboard.
    return JSONResponse({"success": False, "error": {"code": code, "message": message}}, status)
