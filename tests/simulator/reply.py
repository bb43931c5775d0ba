"""What is sent back, and the gateway's own pages (gateway-api.md 2, 3, 19)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
import json
from typing import Final

type Json = dict[str, Json] | list[Json] | str | int | float | bool | None

HTML: Final = "text/html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer before it goes out; without a content type none is sent."""

    body: bytes
    status: int = 200
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def with_headers(self, headers: Mapping[str, str]) -> Reply:
        """Return the same with these headers added."""
        return replace(self, headers={**self.headers, **headers})

    def with_body(self, body: bytes) -> Reply:
        """Return the same with another body."""
        return replace(self, body=body)


def json_reply(payload: Json, *, status: int = 200, content_type: str | None = None) -> Reply:
    """Return an answer in JSON; NaN goes out as the bare word, which is no JSON."""
    return Reply(body=json.dumps(payload).encode(), status=status, content_type=content_type)


def _error_page(title: str, foot: str = "openresty/1.17.8.1") -> bytes:
    return (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
        f"<hr><center>{foot}</center>\r\n</body>\r\n</html>\r\n"
    ).encode()


_REDIRECTING: Final = (
    "Redirecting to <a id='link' href=''></a></center><script>"
    "const target = window.location.protocol + '//' + window.location.host + '/home';"
    "window.onload = () => { const link = document.getElementById('link'); link.href = target; link.text = target;"
    " setTimeout(() => { window.location.href = target; }, 500); };</script><center>"
)

_TITLES: Final = {
    400: "400 Bad Request",
    403: "403 Forbidden",
    404: "404 Not Found",
    405: "405 Not Allowed",
    429: "429 Too Many Requests",
    500: "500 Internal Server Error",
    502: "502 Bad Gateway",
    503: "503 Service Temporarily Unavailable",
}


def unauthorized() -> Reply:
    """Return the gateway's 401: a page that sends a browser on to its home page, without WWW-Authenticate."""
    return Reply(body=_error_page("401 Authorization Required", _REDIRECTING), status=401, content_type=HTML)


def error(status: int) -> Reply:
    """Return the web server's own page for a status."""
    if status == 401:
        return unauthorized()
    return Reply(body=_error_page(_TITLES[status]), status=status, content_type=HTML)
