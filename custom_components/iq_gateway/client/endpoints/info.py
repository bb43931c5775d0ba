"""`/info`, open to anybody: what the gateway is (gateway-api.md 4)."""

from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

from ..errors import InvalidAnswer
from ..values import moment
from .endpoint import HOURLY, Endpoint
from .shapes import Parsed

# A description has 2 kB. It is read from whoever answers, before anything is known of it.
_MAX_BODY: Final = 64 * 1024
# Of a document's own definitions: what they make of a few bytes can be as large as they like.
_DEFINITIONS: Final = ("<!DOCTYPE", "<!ENTITY")


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayInfo:
    """What the gateway says of itself."""

    serial: str
    software: str  # firmware with its kind in front: "D8.3.5169"
    part_number: str | None
    metered: bool | None  # the hardware can have meters; says nothing of clamps being there
    web_tokens: bool  # signs in by token: firmware 7 and newer
    time: int | None  # seconds since 1970 by its own clock


def decode_info(body: bytes) -> str:
    """Return the description as text, whatever encoding it claims to be in."""
    return body.decode("utf-8-sig")


def parse_info(payload: object) -> Parsed[GatewayInfo]:
    """Parse the text of `/info`, which is XML; whatever is not a gateway's own description is refused."""
    if not isinstance(payload, str) or "<envoy_info" not in payload:
        raise InvalidAnswer("not a gateway's description")
    if any(definition in payload for definition in _DEFINITIONS):
        raise InvalidAnswer("a description with definitions of its own")
    try:
        # From text the parser ignores the encoding that the document claims: it sees what was looked through above.
        root = ET.fromstring(payload)  # noqa: S314
    except (ET.ParseError, ValueError) as err:
        raise InvalidAnswer("the description is cut short or broken") from err

    def field(path: str) -> str | None:
        return (root.findtext(path) or "").strip() or None

    serial, software, metered = field("device/sn"), field("device/software"), field("device/imeter")
    if serial is None or software is None:
        raise InvalidAnswer("the description lacks serial number or firmware")
    info = GatewayInfo(
        serial=serial,
        software=software,
        part_number=field("device/pn"),
        metered=None if metered is None else metered == "true",
        web_tokens=field("web-tokens") == "true",
        time=moment(field("time")),
    )
    return info, 0


INFO: Final = Endpoint[GatewayInfo](
    name="info",
    path="/info",
    parse=parse_info,
    decode=decode_info,
    authorized=False,
    every=HOURLY,
    learn=True,
    kept=True,
    max_body=_MAX_BODY,
)
