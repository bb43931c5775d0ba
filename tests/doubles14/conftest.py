"""An entry that leads to the double, and a clock that runs ahead whenever nobody is asking anything."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Coroutine
from contextlib import suppress
from typing import Any

from aiohttp import ClientResponse, ClientSession
from freezegun import api, freeze_time
from homeassistant.const import CONF_HOST, CONF_TOKEN
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.iq_gateway.const import CONF_FINGERPRINT, CONF_SERIAL, DOMAIN

from . import documents as docs
from .double import Double, Json
from .rules import RULES


class Pace:
    """The clock of the loop and of the day, a second further whenever no request is under way."""

    def __init__(self, frozen: Json) -> None:
        self.frozen = frozen
        self.ahead = 0.0
        self.asking = 0
        self.answers: list[ClientResponse] = []

    def now(self) -> float:
        """Return the time of the loop, in seconds."""
        return float(api.real_monotonic()) + self.ahead

    async def step(self, seconds: float = 1.0) -> None:
        """Run ahead by so much, once nothing is asked for any more."""
        await asyncio.sleep(0.001)
        while self._is_busy:  # noqa: ASYNC110 (requests, and nothing that could be waited for)
            await asyncio.sleep(0.001)
        self.ahead += seconds
        self.frozen.tick(seconds)
        await asyncio.sleep(0)

    @property
    def _is_busy(self) -> bool:
        """Whether anything is asked for, or answered and not yet read: its deadlines are of the loop's time."""
        self.answers = [answer for answer in self.answers if not answer.closed]
        return bool(self.asking or self.answers)

    async def until(self, task: Awaitable[Any], limit: float = 4000) -> Json:
        """Run ahead until something is done; return what it gives or raise what it raises."""
        running = asyncio.ensure_future(task)
        start = self.ahead
        while not running.done():
            assert self.ahead - start < limit, "never ends"
            await self.step(1.0 if self.ahead - start < 200 else 10.0)
        return await running

    async def passes(self, seconds: float) -> None:
        """Let time pass."""
        end = self.ahead + seconds
        while self.ahead < end:
            await self.step(min(end - self.ahead, 20.0))


@pytest.fixture
async def pace(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Pace]:
    """Both clocks, of which only the test decides."""
    loop = asyncio.get_running_loop()
    with freeze_time() as frozen:
        pace = Pace(frozen)
        vars(loop)["time"] = pace.now
        debug = loop.get_debug()
        loop.set_debug(False)
        request = ClientSession._request

        async def counted(self: ClientSession, *args: Json, **kwargs: Json) -> Json:
            pace.asking += 1
            try:
                answer = await request(self, *args, **kwargs)
                pace.answers.append(answer)
                return answer
            finally:
                pace.asking -= 1

        monkeypatch.setattr(ClientSession, "_request", counted)
        yield pace
        loop.set_debug(debug)
        del vars(loop)["time"]


@pytest.fixture
async def double(socket_enabled: None, pace: Pace) -> AsyncGenerator[Double]:
    """The gateway; whatever a real one would have stumbled over fails the test."""
    async with Double(RULES) as double:
        yield double
        assert double.wrong == []
        assert double.busy_at_once <= 1


class House:
    """What a user has: entities and services."""

    def __init__(self, hass: HomeAssistant, double: Double, pace: Pace) -> None:
        self.hass, self.double, self.pace = hass, double, pace
        self.entry: MockConfigEntry

    async def move_in(self, *, token: str | None = None, **options: Json) -> None:
        """Set an entry up, with changes allowed."""
        self.entry = MockConfigEntry(
            domain=DOMAIN,
            title="IQ Gateway",
            unique_id=self.double.serial,
            data={
                CONF_HOST: self.double.host,
                CONF_SERIAL: self.double.serial,
                CONF_FINGERPRINT: self.double.fingerprint,
                CONF_TOKEN: token or self.double.mint(),
            },
            options={"controls": True, "keep_live_data_moving": False, **options},
        )
        self.entry.add_to_hass(self.hass)
        await self.pace.until(self.hass.config_entries.async_setup(self.entry.entry_id))
        await self.settle()
        await self.pace.passes(40)
        await self.settle()

    async def settle(self) -> None:
        """Wait until Home Assistant is done."""
        await self.hass.async_block_till_done()

    def find(self, platform: str, key: str, serial: str | None = None) -> str | None:
        """Return the id of an entity, if there is one."""
        registry = er.async_get(self.hass)
        for one in er.async_entries_for_config_entry(registry, self.entry.entry_id):
            owner, _, rest = one.unique_id.partition("_")
            if one.domain == platform and rest == key and serial in (None, owner):
                return one.entity_id
        return None

    def state(self, platform: str, key: str, serial: str | None = None) -> State:
        """Return what is shown."""
        name = self.find(platform, key, serial)
        assert name, f"no {platform} {key}"
        found = self.hass.states.get(name)
        assert found, f"{name} is disabled"
        return found

    def call(self, platform: str, key: str, value: Json, serial: str | None = None) -> Coroutine[Any, Any, Any]:
        """The service call that a user makes."""
        data: dict[str, Any] = {"entity_id": self.find(platform, key, serial)}
        assert data["entity_id"], f"no {platform} {key}"
        match platform:
            case "switch":
                service = "turn_on" if value else "turn_off"
            case "number":
                service, data["value"] = "set_value", value
            case "time":
                service, data["time"] = "set_value", value
            case _:
                service, data["option"] = "select_option", value
        return self.hass.services.async_call(platform, service, data, blocking=True)

    async def set(self, platform: str, key: str, value: Json, serial: str | None = None) -> None:
        """Change something, as somebody would."""
        await self.pace.until(self.call(platform, key, value, serial))
        await self.settle()

    async def fails(self, platform: str, key: str, value: Json, serial: str | None = None) -> HomeAssistantError:
        """Change something that cannot be changed, and return what is said of it."""
        try:
            await self.set(platform, key, value, serial)
        except HomeAssistantError as err:
            return err
        pytest.fail(f"{key}={value} did not fail")


@pytest.fixture
async def house(
    hass: HomeAssistant, double: Double, pace: Pace, caplog: pytest.LogCaptureFixture
) -> AsyncGenerator[House]:
    """Home Assistant; at the end its log is looked through."""
    house = House(hass, double, pace)
    yield house
    with suppress(AttributeError):
        await pace.until(hass.config_entries.async_unload(house.entry.entry_id))
    ours = [one for one in caplog.records if "iq_gateway" in one.name or one.exc_info or one.levelname == "ERROR"]
    text = "\n".join(caplog.handler.format(one) for one in ours)
    assert "Traceback" not in text, text
    for secret in (*docs.SERIALS, "eyJ"):
        assert secret not in text, text
