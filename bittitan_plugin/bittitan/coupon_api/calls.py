"""One request to the coupon API and one answer from it, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto


class Effect(Enum):
    """What a request does at the vendor; decides what a lost answer means."""

    #: Changes nothing that matters, so it may be repeated. Signing in counts as one.
    READ = auto()
    #: Issues, revokes or registers something; after a lost answer only a look-up can tell.
    WRITE = auto()


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request by the contract. Its body may hold a password and is never in a repr."""

    #: What is attempted, as it reads after "could not": ``look the coupon up``.
    purpose: str
    method: str
    path: str
    effect: Effect
    #: The statuses the contract names for success.
    accepts: frozenset[int] = frozenset({200})
    params: Mapping[str, str | int] = field(default_factory=dict)
    body: Mapping[str, object] | None = field(default=None, repr=False)
    #: A person asks whether the vendor answers: sent even while its circuit is open.
    urgent: bool = False


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The whole answer. Neither its body nor the withheld secrets are ever in a repr."""

    status: int
    #: Whether ``status`` is one that the contract names for success.
    accepted: bool
    body: bytes = field(repr=False)
    #: The ``Retry-After`` header as sent, or None.
    retry_after: str | None = None
    #: Secrets in the request; removed from the answer's message if it echoes them.
    withheld: tuple[str, ...] = field(default=(), repr=False)
