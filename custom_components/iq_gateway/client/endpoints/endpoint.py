"""What is known of an endpoint besides its answer: the row that the rest of the integration obeys."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import orjson

from .shapes import Parsed

# What hardly ever changes is read again after this many seconds.
HOURLY: Final = 3600

# 300 inverters are 45 kB. What is longer than this is no answer to any question of ours.
MAX_BODY: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Endpoint[T]:
    """One of the gateway's local APIs (gateway-api.md 5 to 13), and all there is to say about asking it.

    It is asked where an entity needs it, and where it tells what a site has: see `learn`. The order of the rows in
    `ENDPOINTS` means nothing.
    """

    name: str
    path: str
    parse: Callable[[object], Parsed[T]]
    decode: Callable[[bytes], object] = orjson.loads  # never chosen by content type: /ivp/* sends none
    authorized: bool = True  # needs the token
    every: int = 0  # seconds between reads; 0 is each cycle in which somebody looks at it
    # Every site is asked for it in the first cycle, and hourly where nobody looks at it; without this only those sites
    # are that `Site.learn` names it for.
    learn: bool = False
    slow: bool = False  # takes seconds: at most one such endpoint a cycle, after all others
    may_wait: bool = False  # for the next cycle, where this one is crowded by other requests
    known_by: str | None = None  # the attribute that names a record, where each stands on its own
    kept: bool = False  # its last good answer is kept over restarts
    max_body: int = MAX_BODY  # bytes; a longer answer is refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer[T]:
    """What came back: the model, and what is worth knowing of how it came."""

    data: T
    dropped: int  # records left out because they were broken
    time: float  # the gateway's clock when it answered (the Date header); ours where it does not tell
    received: float  # our clock then
    raw: bytes
