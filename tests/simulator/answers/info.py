"""The gateway's /info page (gateway-api.md 4)."""

from .meters import version
from .scene import Scene

_TEMPLATE = """<?xml version="1.0" encoding="UTF-8"?>
<envoy_info>
  <time>{stamp}</time>
  <device>
    <sn>{serial}</sn>
    <pn>{part_number}</pn>
    <software>{firmware}</software>
    <euaid>4c8675</euaid>
    <seqnum>0</seqnum>
    <apiver>1</apiver>
    <imeter>{metered}</imeter>
  </device>
{web_tokens}  <package name="rootfs">
    <pn>500-00001-r01</pn>
    <version>02.00.00</version>
    <build>1211</build>
  </package>
  <build_info>
    <build_id>simulated</build_id>
    <build_time_gmt>1776656808</build_time_gmt>
  </build_info>
</envoy_info>
"""
_TOKENS_SINCE = (7,)


def info(scene: Scene) -> bytes:
    """Return the page; firmware before 7 knows no tokens and says nothing of them."""
    tokens = "  <web-tokens>true</web-tokens>\n" if version(scene.firmware) >= _TOKENS_SINCE else ""
    return _TEMPLATE.format(
        stamp=scene.stamp,
        serial=scene.serial,
        part_number=scene.profile.part_number,
        firmware=scene.firmware,
        metered=str(scene.profile.metered).lower(),
        web_tokens=tokens,
    ).encode()
