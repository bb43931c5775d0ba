"""How a reply with a fault in it goes out."""

import asyncio
import json
from typing import Final

from aiohttp import hdrs, web

from .faults import MUTATIONS, Fault, spoil
from .reply import Json, Reply
from .server import break_off

_DRIP_INTERVAL: Final = 1.0
_STAMPS: Final = frozenset({"timestamp", "last_update"})


def disturbed(fault: Fault, reply: Reply) -> Reply:
    """Return the reply with a fault in its status, body or content; what is no JSON has no content to disturb."""
    if (mutate := MUTATIONS.get(fault)) is None:
        return spoil(fault, reply)
    if reply.status != 200:
        return reply
    try:
        payload: Json = json.loads(reply.body)
    except ValueError:
        return reply
    return reply.with_body(json.dumps(mutate(payload)).encode())


def restamped(old: Reply, new: Reply) -> Reply:
    """Return the old values under the new moments."""

    def stamped(was: Json, now: Json) -> Json:
        if isinstance(was, dict) and isinstance(now, dict):
            return {
                key: now.get(key, value) if key in _STAMPS else stamped(value, now.get(key))
                for key, value in was.items()
            }
        if isinstance(was, list) and isinstance(now, list):
            return [stamped(one, other) for one, other in zip(was, now, strict=True)]
        return was

    return new.with_body(json.dumps(stamped(json.loads(old.body), json.loads(new.body))).encode())


async def send_badly(request: web.BaseRequest, reply: Reply, *, server: str, drip: bool) -> web.StreamResponse:
    """Send half an answer and break off, or drip the whole of it: a byte a second."""
    response = web.StreamResponse(status=reply.status, headers={hdrs.SERVER: server})
    response.content_length = len(reply.body)
    await response.prepare(request)
    if not drip:
        await response.write(reply.body[: len(reply.body) // 2])
        await break_off(request)
    for index in range(len(reply.body)):
        await response.write(reply.body[index : index + 1])
        await asyncio.sleep(_DRIP_INTERVAL)
    return response
