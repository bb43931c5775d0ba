"""Stand-ins for what tells people, places and devices apart, for diagnostics that are shown to strangers.

One original always has the same stand-in made with one secret, of the same shape, so that what belonged together still
does. Nobody gets from a stand-in back to its original without the secret that went into it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
import hmac
import re
from typing import Final, Self

type Json = Mapping[str, Json] | Sequence[Json] | str | int | float | bool | None

# Values under these names, wherever they stand, tell somebody or something apart whatever they look like.
_SERIAL_NAMES: Final = frozenset({"serial", "serialnumber", "serial_num", "serial_number", "sn", "envoy_sn", "part_sn"})
_PERSONAL_NAMES: Final = frozenset(
    {"name", "site_name", "first_name", "last_name", "address", "street", "city", "zip", "postal_code", "ssid", "uuid"}
)

_OCTET: Final = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_IPV4: Final = rf"(?:{_OCTET}\.){{3}}{_OCTET}"
_GROUP: Final = r"[0-9A-Fa-f]{1,4}"
_GROUPS: Final = rf"{_GROUP}(?::{_GROUP})*"
# Either all eight groups or some left out, which tells an address from a time; an IPv4 address may be at its end.
_IPV6: Final = rf"(?:(?:{_GROUP}:){{7}}{_GROUP}|{_GROUPS}::(?:{_GROUPS})?|::{_GROUPS})(?::{_IPV4})?"

# What can be told by its looks; the first that fits counts.
_LOOKS: Final[Mapping[str, str]] = {
    "token": r"eyJ[\w-]{1,512}\.eyJ[\w-]{1,4096}\.[\w-]+",
    "email": r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    "mac": r"(?<![0-9A-Fa-f:])(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}(?![0-9A-Fa-f:])",
    "ipv6": rf"(?<![\w:]){_IPV6}(?!\.?\w|:)",
    "address": rf"(?<![\d.]){_IPV4}(?![\d.])",
    "zone": r"\b(?:Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific|US)/[A-Z]\w+(?:/\w+)?",
    "serial": r"(?<![\d.])\d{12}(?![\d.])",
}
_LOOKS_SERIAL: Final = re.compile(_LOOKS["serial"])


def _shaped(number: int, original: str) -> str:
    """Return digits for digits and letters for letters, beginning with a 9 that no gateway's serial number has."""
    shaped = []
    for character in original:
        number, digit = divmod(number, 10)
        shaped.append(str(digit) if character.isdigit() else "x" if character.isalpha() else character)
    return re.sub(r"\d", "9", "".join(shaped), count=1)


def _mac(number: int, _original: str) -> str:
    return ":".join(["02", *(f"{number >> 8 * index & 0xFF:02x}" for index in range(5))])


# 198.18.0.0/15, 2001:db8::/32 and example.com are kept free for purposes like this one.
_MAKERS: Final[Mapping[str, Callable[[int, str], str]]] = {
    "token": lambda number, _: f"token-{number % 10**6:06}",
    "email": lambda number, _: f"somebody-{number % 10**6:06}@example.com",
    "mac": _mac,
    "ipv6": lambda number, _: f"2001:db8::{number % 2**16:x}",
    "address": lambda number, _: f"198.18.{number % 256}.{number // 256 % 256}",
    "zone": lambda _, original: f"{original.partition('/')[0]}/City",
    "serial": _shaped,
    "host": lambda number, _: f"host-{number % 10**6:06}.example.com",
    "name": lambda number, _: f"name-{number % 10**6:06}",
}


class Redactor:
    """Replaces originals by stand-ins, in texts and in whatever came as JSON.

    `secret` is what the stand-ins are made with. Originals are known by their looks, by the names of the fields they
    are found in, or because somebody called `know`.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._known: dict[str, str] = {}
        self._pattern = self._compiled()

    def know(self, kind: str, *originals: str | None) -> Self:
        """Replace these from now on, wherever they stand; `kind` is one of "serial", "host", "name", "email"."""
        self._known |= dict.fromkeys(filter(None, originals), kind)
        self._pattern = self._compiled()
        return self

    def learn(self, value: Json) -> Self:
        """Know what stands in the fields whose names tell what they hold."""
        for name, item in _leaves(value):
            if name in _SERIAL_NAMES and not _LOOKS_SERIAL.fullmatch(str(item)):
                self._known[str(item)] = "serial"
            elif name in _PERSONAL_NAMES and item and isinstance(item, str):
                self._known[item] = "name"
        self._pattern = self._compiled()
        return self

    def text(self, text: str) -> str:
        """Return a text with stand-ins."""
        return self._pattern.sub(self._replace, text)

    def json(self, value: Json, name: str = "") -> Json:
        """Return the same with stand-ins, in keys as well; `name` is the field's in which it stands."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.text(key): self.json(item, key.lower()) for key, item in value.items()}
        if isinstance(value, list):
            return [self.json(item, name) for item in value]
        if isinstance(value, int) and not isinstance(value, bool) and name in _SERIAL_NAMES:
            return int(self.text(str(value)))
        return value

    def _replace(self, match: re.Match[str]) -> str:
        original = match[0]
        kind = self._known.get(original) or match.lastgroup or "name"
        digest = hmac.digest(self._secret, original.encode(), "sha256")
        return _MAKERS[kind](int.from_bytes(digest), original)

    def _compiled(self) -> re.Pattern[str]:
        """Return one pattern for all, so that no stand-in is taken for an original."""
        known = sorted(self._known, key=len, reverse=True)
        exact = [rf"(?<![A-Za-z0-9])(?:{'|'.join(map(re.escape, known))})(?![A-Za-z0-9])"] if known else []
        return re.compile("|".join([*exact, *(f"(?P<{kind}>{looks})" for kind, looks in _LOOKS.items())]))


def _leaves(value: Json, name: str = "") -> Iterator[tuple[str, str | int]]:
    """Yield the texts and whole numbers in it, each with the name of its field."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, key.lower())
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, name)
    elif isinstance(value, str | int) and not isinstance(value, bool):
        yield name, value
