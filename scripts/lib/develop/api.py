"""Home Assistant's REST and websocket APIs, as far as the demo uses them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
import itertools
from typing import Any, Final

from aiohttp import ClientSession, ClientWebSocketResponse

from scripts.lib.develop.process import DemoError

USERNAME: Final = "demo"
PASSWORD: Final = "demo"  # of a demo that listens on this machine alone

type Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Api:
    """A signed-in client of one Home Assistant."""

    session: ClientSession
    url: str
    headers: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def client_id(self) -> str:
        """Who signs in: a page at the same address, as the frontend does."""
        return f"{self.url}/"

    async def request(self, method: str, path: str, data: Mapping[str, object] | None = None) -> Json:
        """One request with a JSON body; the answer has to be a JSON object."""
        async with self.session.request(method, self.url + path, json=data, headers=self.headers) as response:
            if not response.ok:
                raise DemoError(
                    f"Home Assistant answered {response.status} to {method} {path}: {await response.text()}"
                )
            answer: Json = await response.json()
            return answer

    async def sign_in(self) -> None:
        """Sign in as the demo user, whom the first start makes."""
        self.headers.clear()
        async with self.session.get(f"{self.url}/api/onboarding") as response:
            # Onboarding has no API any more once it was finished.
            open_steps = (
                {step["step"] for step in await response.json() if not step["done"]}
                if response.status == HTTPStatus.OK
                else set[str]()
            )
        code = await (self._new_user() if "user" in open_steps else self._known_user())
        form = {"grant_type": "authorization_code", "code": code, "client_id": self.client_id}
        async with self.session.post(f"{self.url}/auth/token", data=form) as response:
            token = (await response.json())["access_token"]
        self.headers["Authorization"] = f"Bearer {token}"
        if "analytics" in open_steps:
            await self.request("POST", "/api/onboarding/analytics")
        if "integration" in open_steps:
            page = {"client_id": self.client_id, "redirect_uri": f"{self.url}/?auth_callback=1"}
            await self.request("POST", "/api/onboarding/integration", page)

    async def _new_user(self) -> str:
        """Make the demo user; a code that stands for a sign-in."""
        user = {"name": "Demo", "username": USERNAME, "password": PASSWORD, "language": "en"}
        answer = await self.request("POST", "/api/onboarding/users", {**user, "client_id": self.client_id})
        return str(answer["auth_code"])

    async def _known_user(self) -> str:
        """Sign in with name and password; a code that stands for it."""
        start = {"client_id": self.client_id, "handler": ["homeassistant", None], "redirect_uri": self.client_id}
        flow = await self.request("POST", "/auth/login_flow", start)
        user = {"client_id": self.client_id, "username": USERNAME, "password": PASSWORD}
        answer = await self.request("POST", f"/auth/login_flow/{flow['flow_id']}", user)
        if answer["type"] != "create_entry":
            raise DemoError(f"cannot sign in as {USERNAME}: remove the demo folder to begin anew")
        return str(answer["result"])

    @asynccontextmanager
    async def websocket(self) -> AsyncIterator[Websocket]:
        """A websocket that has authenticated."""
        async with self.session.ws_connect(f"{self.url}/api/websocket", max_msg_size=0) as connection:
            await connection.receive_json()
            token = self.headers["Authorization"].removeprefix("Bearer ")
            await connection.send_json({"type": "auth", "access_token": token})
            await connection.receive_json()
            yield Websocket(connection=connection)


@dataclass(slots=True, kw_only=True)
class Websocket:
    """Commands over Home Assistant's websocket, one at a time."""

    connection: ClientWebSocketResponse
    ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    async def command(self, command: str, **data: object) -> list[Json]:
        """Send a command whose result is a list, or nothing."""
        result: list[Json] = await self._result(command, data) or []
        return result

    async def query(self, command: str, **data: object) -> Json:
        """Send a command whose result is an object."""
        result: Json = await self._result(command, data)
        return result

    async def _result(self, command: str, data: Mapping[str, object]) -> Any:  # noqa: ANN401
        """Send a command; what Home Assistant has to say to it."""
        await self.connection.send_json({"id": next(self.ids), "type": command, **data})
        answer: Json = await self.connection.receive_json()
        if not answer["success"]:
            raise DemoError(f"Home Assistant refused {command}: {answer['error']}")
        return answer["result"]
