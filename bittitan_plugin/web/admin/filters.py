"""Translates starlette-admin's filters, read from addresses, to our queries' criteria."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette_admin.filters import (
    BaseFilter,
    FilterApplyContext,
    FilterDataType,
    FilterGroup,
    FilterRule,
    FilterValidationError,
)

from bittitan_plugin.domain.days import begins_at
from bittitan_plugin.domain.texts import LONGEST_NAME, is_line, quoted, seen
from bittitan_plugin.store.queries.browsing import Criteria, Criterion, Test

#: The most choices in one filter. Our choice.
MOST_CHOICES = 50


class _Compared(BaseFilter):
    """A filter that becomes one criterion; its name says which comparison."""

    def apply(self, ctx: FilterApplyContext) -> Criterion:
        """The criterion of a rule."""
        return Criterion(field=ctx.field_name, test=Test(self.name), value=ctx.value)


class Contains(_Compared):
    """A part of a text, whatever its case."""

    name, label, data_type = Test.CONTAINS.value, "Contains", FilterDataType.STRING

    def parse_value(self, raw: Any) -> str:
        """The text. Raises ``FilterValidationError`` if it is no text, or too long."""
        if not isinstance(raw, str) or not is_line(seen(raw)):
            raise FilterValidationError(f"Give a text of at most {LONGEST_NAME} characters.")
        return seen(raw)


class Is(Contains):
    """The whole text, whatever its case."""

    name, label = Test.IS.value, "Is"


class OneOf(_Compared):
    """Any of the choices."""

    name, label, data_type = Test.ONE_OF.value, "Is one of", FilterDataType.ENUM

    def parse_value(self, raw: Any) -> list[str]:
        """The choices, from a list or a text with commas. Raises ``FilterValidationError``."""
        values = raw if isinstance(raw, list) else str(raw).split(",")
        chosen = [str(value).strip() for value in values if str(value).strip()]
        if not 1 <= len(chosen) <= MOST_CHOICES:
            raise FilterValidationError(f"Give 1 to {MOST_CHOICES} values.")
        return chosen


class NoneOf(OneOf):
    """None of the choices."""

    name, label = Test.NONE_OF.value, "Is none of"


class IsEmpty(_Compared):
    """The value is empty."""

    name, label, data_type = Test.IS_EMPTY.value, "Is empty", FilterDataType.NONE


class IsSet(_Compared):
    """The value is not empty."""

    name, label, data_type = Test.IS_SET.value, "Is filled in", FilterDataType.NONE


class FromDay(_Compared):
    """On that day or later."""

    name, label, data_type = Test.FROM.value, "On or after", FilterDataType.DATE

    def parse_value(self, raw: Any) -> date:
        """The day. Raises ``FilterValidationError`` if it is no day."""
        try:
            day = date.fromisoformat(str(raw))
        except ValueError:
            raise FilterValidationError(f"{quoted(raw)} is not a day such as 2026-03-10.") from None
        if not 1970 <= day.year <= 9000:
            raise FilterValidationError("Give a year between 1970 and 9000.")
        return day


class UntilDay(FromDay):
    """On that day or before."""

    name, label = Test.UNTIL.value, "On or before"


_FILTERS: dict[str, type[_Compared]] = {
    kind.name: kind for kind in (Contains, Is, OneOf, NoneOf, IsEmpty, IsSet, FromDay, UntilDay)
}


def criteria_of(group: FilterGroup | None, zone: ZoneInfo) -> Criteria:
    """The criteria of a page's filters; days become instants of the instance's time zone."""
    if group is None:
        return Criteria()
    return Criteria(
        any_of=group.logic == "or",
        parts=[
            criteria_of(part, zone) if isinstance(part, FilterGroup) else _criterion(part, zone)
            for part in group.rules
        ],
    )


def _criterion(rule: FilterRule, zone: ZoneInfo) -> Criterion:
    value: Any = rule.value
    if isinstance(value, date) and not isinstance(value, datetime):
        until = rule.filter == Test.UNTIL
        value = begins_at(value + timedelta(days=1), zone) if until else begins_at(value, zone)
        value -= timedelta(microseconds=1) if until else timedelta()
    context = FilterApplyContext(query=None, field_name=rule.field, value=value)
    return _FILTERS[rule.filter]().apply(context)
