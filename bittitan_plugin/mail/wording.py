"""Turns a template pair and its values into an e-mail's subject, text and HTML.

A distributor may replace any template. A replacement must never cost a sale, so one that
cannot be used is reported in the log and the template shipped with the plugin is used instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from traceback import extract_tb
from typing import Any

import structlog
from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateSyntaxError,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import escape

from bittitan_plugin.domain.errors import Rejected
from bittitan_plugin.mail.filters import FILTERS, one_line

#: Where a coupon code is entered.
PORTAL_URL = "https://migrationwiz.bittitan.com/"
#: The value that is money: kept out of subjects and log lines, and required in the body.
COUPON_CODE = "coupon_code"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Wording:
    """The words of one e-mail. They may contain the code, so they are never part of a repr."""

    subject: str
    text: str
    html: str

    def __repr__(self) -> str:
        return f"Wording(subject={self.subject!r})"


class Phrasebook:
    """The templates: the distributor's own where there is one, ours otherwise."""

    def __init__(self, overrides: Path | None = None) -> None:
        ours = PackageLoader("bittitan_plugin.mail")
        self._shipped = _environment(ours)
        self._overrides = overrides
        if overrides is not None:
            self._custom = _environment(ChoiceLoader([FileSystemLoader(overrides), ours]))

    def word(self, template: str, values: Mapping[str, object]) -> Wording:
        """The words of ``template`` with ``values``.

        Raises ``Rejected`` (``TEMPLATE``) when the shipped template itself cannot be used: there
        is none of that name, or a value is missing. Trying again does not help in either case.
        """
        if self._overrides is not None:
            try:
                return _word(self._custom, template, values)
            except Exception as error:
                _log.warning(
                    "mail_template_override_broken",
                    template=template,
                    error=type(error).__name__,
                    where=_place(error, self._overrides),
                    used="shipped template",
                )
        try:
            return _word(self._shipped, template, values)
        except Exception as error:
            # Jinja names the template or value it misses; other errors may quote their input.
            cause = error if isinstance(error, TemplateError) else type(error).__name__
            raise Rejected(
                "TEMPLATE", f"The e-mail '{template}' could not be worded: {cause}."
            ) from None


def _environment(loader: BaseLoader) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=loader,
        autoescape=lambda name: name is not None and name.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    environment.globals["portal_url"] = PORTAL_URL
    return environment


def _word(
    environment: ImmutableSandboxedEnvironment, name: str, values: Mapping[str, object]
) -> Wording:
    template = environment.get_template(f"{name}.txt")
    # Others can read a subject, and logs keep it: its template does not get the code at all.
    known: dict[str, Any] = {key: value for key, value in values.items() if key != COUPON_CODE}
    subject = _subject(environment, template, known)
    wording = Wording(
        subject=subject,
        text=template.render(values),
        html=environment.get_template(f"{name}.html").render({**values, "subject": subject}),
    )
    _check_code(wording, values)
    return wording


def _subject(
    environment: ImmutableSandboxedEnvironment, template: Template, values: dict[str, Any]
) -> str:
    block = template.blocks["subject"]
    try:
        return one_line("".join(block(template.new_context(values))))
    except Exception:
        environment.handle_exception()  # raises it again, with the template's own line numbers


def _check_code(wording: Wording, values: Mapping[str, object]) -> None:
    """Raise if the coupon code is missing: such an override renders but loses the sale."""
    code = values.get(COUPON_CODE)
    if code is not None and not (str(code) in wording.text and escape(code) in wording.html):
        raise MissingCouponCodeError


class MissingCouponCodeError(Exception):
    """A template got a coupon code, and its text or its HTML does not show it."""


def _place(error: Exception, overrides: Path) -> str | None:
    """File and line of the fault, without its message, which may quote a value such as the code."""
    if isinstance(error, TemplateSyntaxError):
        return f"{error.filename}:{error.lineno}"
    frames = [f for f in extract_tb(error.__traceback__) if f.filename.startswith(str(overrides))]
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else None
