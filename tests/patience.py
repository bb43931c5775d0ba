"""Deadlines of requests that are not going to be answered, cut short: they are real seconds even where time stands."""

from collections.abc import Callable

import pytest

from custom_components.iq_gateway.client import gateway as client
from custom_components.iq_gateway.client.errors import GatewayBusy
from custom_components.iq_gateway.client.gateway import Gateway


def give_up_early(
    monkeypatch: pytest.MonkeyPatch,
    hangs: Callable[[str], bool],
    *,
    after: float,
    given_up: Callable[[], object] = lambda: None,
) -> None:
    """Shorten the deadline of requests to paths that hang now, and of no others; tell of each that was given up."""
    request, patience = Gateway._request, client.REQUEST_TIMEOUT

    async def hurried(
        self: Gateway, method: str, path: str, *, bearer: str | None = None, json: object = None, last: bool = False
    ) -> tuple[bytes, float | None]:
        monkeypatch.setattr(client, "REQUEST_TIMEOUT", after if hangs(path) else patience)
        try:
            return await request(self, method, path, bearer=bearer, json=json, last=last)
        except GatewayBusy:
            given_up()
            raise

    monkeypatch.setattr(Gateway, "_request", hurried)
