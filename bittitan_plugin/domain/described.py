"""Enums with a sentence for each member that explains it to users of the API."""

from enum import StrEnum
from typing import Self


class Described(StrEnum):
    """``NAME = "NAME", "What it means."``; the name is the value, the sentence is for people."""

    description: str

    def __new__(cls, value: str, description: str = "") -> Self:
        """Make a member; the default lets type checkers see that ``Kind("NAME")`` finds one."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.description = description
        return member
