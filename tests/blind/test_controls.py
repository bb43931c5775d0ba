"""What the README promises of changes, held against a gateway that answers nonsense, breaks off or is not sure."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from aiohttp import web
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest

from tests.blind.conftest import Waits
from tests.blind.home import Home, home
from tests.conftest import EntryMaker
from tests.simulator import GatewaySimulator
from tests.simulator.profiles import PROFILES, Profile
from tests.simulator.reply import HTML, Json, Reply, error
from tests.simulator.server import Request, break_off


@dataclass(frozen=True, slots=True)
class Change:
    """A change that somebody makes: which entity, by which action, and what it shows then."""

    key: str
    action: str
    data: dict[str, Any]
    shows: str
    profile: str
    role: str = "owner"


CHANGES: Final = {
    "contact": Change("nc1", "switch.turn_off", {}, "off", "generator_idle"),
    "grid": Change("grid_connection", "switch.turn_off", {}, "off", "system_controller"),
    "reserve": Change("reserve", "number.set_value", {"value": 45}, "45.0", "system_controller"),
    "level": Change("nc1_soc_low", "number.set_value", {"value": 20}, "20.0", "generator_idle"),
    "production": Change("production", "switch.turn_off", {}, "off", "system_controller", "installer"),
    "sleep": Change("sleep", "switch.turn_on", {}, "on", "ac_batteries"),
}


@dataclass(frozen=True, slots=True)
class Control:
    """A control of a site in Home Assistant, and what has gone to the gateway."""

    at: Home
    change: Change
    entity_id: str

    @property
    def shown(self) -> str:
        """The state that is shown."""
        state = self.at.hass.states.get(self.entity_id)
        assert state is not None
        return state.state

    @property
    def sent(self) -> list[Request]:
        """Every change that went to the gateway."""
        return [one for one in self.at.gateway.requests if one.method != "GET" and not one.path.endswith("stream")]

    async def make(self, **data: float) -> None:
        """Make the change, and wait for the end of it."""
        domain, action = self.change.action.split(".")
        service_data = {"entity_id": self.entity_id, **(data or self.change.data)}
        try:
            await self.at.hass.services.async_call(domain, action, service_data, blocking=True)
        finally:
            await self.at.hass.async_block_till_done(wait_background_tasks=True)


@asynccontextmanager
async def control(
    hass: HomeAssistant, add_entry: EntryMaker, waits: Waits, name: str, profile: Profile | None = None
) -> AsyncGenerator[Control]:
    """Set the change's site up, with changes allowed."""
    change = CHANGES[name]
    site = profile or PROFILES[change.profile]
    async with home(hass, add_entry, site, options={"controls": True}, role=change.role) as at:
        waits.frozen = at.drive.frozen
        await at.cycles(1)
        listed = er.async_entries_for_config_entry(er.async_get(hass), at.entry.entry_id)
        domain = change.action.partition(".")[0]
        found = next(one for one in listed if one.domain == domain and one.unique_id.endswith(f"_{change.key}"))
        yield Control(at, change, found.entity_id)


def _answering(gateway: GatewaySimulator, monkeypatch: pytest.MonkeyPatch, reply: Reply) -> None:
    """Let changes take their effect, and answer them with something else."""
    take = gateway._change

    def answer(record: Request) -> Reply:
        take(record)
        return reply

    monkeypatch.setattr(gateway, "_change", answer)


NONSENSE: Final = {
    "204": Reply(body=b"", status=204),
    "nothing": Reply(body=b""),
    "page": Reply(body=b"<html>ok</html>", content_type=HTML),
    "null": Reply(body=b"null"),
    "list": Reply(body=b"[]"),
    "no text": Reply(body=b'\xff\xfe{"a":\x80'),
    "deep": Reply(body=b"[" * 20_000),
    "message of a list": Reply(body=b'{"message":["EXCEPTION"]}'),
}


@pytest.mark.parametrize("answer", NONSENSE)
@pytest.mark.parametrize("name", ["contact", "reserve", "sleep"])
async def test_nonsense_for_an_answer(
    hass: HomeAssistant,
    socket_enabled: None,
    add_entry: EntryMaker,
    waits: Waits,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    answer: str,
) -> None:
    """A status of 2xx is acceptance, whatever comes with it: what is read back decides."""
    async with control(hass, add_entry, waits, name) as it:
        _answering(it.at.gateway, monkeypatch, NONSENSE[answer])
        await it.make()
        assert it.shown == it.change.shows
        assert len(it.sent) == 1


@pytest.mark.parametrize("status", [502, 503])
async def test_an_error_of_the_web_server_is_read_back(
    hass: HomeAssistant,
    socket_enabled: None,
    add_entry: EntryMaker,
    waits: Waits,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
) -> None:
    """The web server gives up while the gateway obeys: within two cycles the entity shows what the gateway has."""
    async with control(hass, add_entry, waits, "reserve") as it:
        _answering(it.at.gateway, monkeypatch, error(status))
        with pytest.raises(HomeAssistantError):
            await it.make()
        await it.at.cycles(2)
        assert it.shown == it.change.shows


@pytest.mark.parametrize("taken", [True, False])
@pytest.mark.parametrize("name", CHANGES)
async def test_nothing_is_sent_twice(
    hass: HomeAssistant,
    socket_enabled: None,
    add_entry: EntryMaker,
    waits: Waits,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    *,
    taken: bool,
) -> None:
    """A kept connection breaks off over the change, taken or not: it is not sent again, and the truth is shown."""
    async with control(hass, add_entry, waits, name) as it:
        answer, before = it.at.gateway._answer, it.shown

        async def breaking(request: web.BaseRequest, record: Request) -> web.StreamResponse:
            if record.method != "GET" and not record.path.endswith("stream"):
                if taken:
                    await answer(request, record)
                await break_off(request)
            return await answer(request, record)

        monkeypatch.setattr(it.at.gateway, "_answer", breaking)
        try:
            await it.make()
        except HomeAssistantError:
            assert not taken
        assert it.shown == (it.change.shows if taken else before)
        assert len(it.sent) == 1


@pytest.mark.parametrize("name", ["reserve", "level"])
async def test_no_number_is_not_sent(
    hass: HomeAssistant, socket_enabled: None, add_entry: EntryMaker, waits: Waits, name: str
) -> None:
    """A template of an automation comes to NaN: nothing goes to the gateway."""
    async with control(hass, add_entry, waits, name) as it:
        with pytest.raises(HomeAssistantError):
            await it.make(value=float("nan"))
        assert not it.sent


def _controller(**changed: Json) -> Callable[[GatewaySimulator], None]:
    """Change the row of the System Controller."""

    def edit(groups: Json) -> Json:
        assert isinstance(groups, list)
        return [
            {**group, "devices": [{**row, **changed} for row in group["devices"]]}  # type: ignore[dict-item, union-attr]
            if isinstance(group, dict) and group["type"] == "ENPOWER"
            else group
            for group in groups
        ]

    return lambda gateway: gateway.override("inventory", edit)


def _batteries(**changed: Json) -> Callable[[GatewaySimulator], None]:
    """Change what the batteries' controller says."""
    return lambda gateway: gateway.override(
        "secctrl", lambda told: {**told, **changed} if isinstance(told, dict) else told
    )


def _generator_runs(gateway: GatewaySimulator) -> None:
    gateway.override(
        "generator",
        lambda told: {**told, "admin_state": "close", "oper_state": "close"} if isinstance(told, dict) else told,
    )


UNSURE: Final[dict[str, Callable[[GatewaySimulator], None]]] = {
    "no controller is listed": lambda gateway: gateway.override("inventory", []),
    "nobody says that the controller is reached": _controller(communicating=None),
    "nobody says what the reserve is": _batteries(configured_backup_soc=None, adjusted_backup_soc=None),
    "busy, as a number": _batteries(Commission_in_progress=1),
}
SURE: Final[dict[str, Callable[[GatewaySimulator], None]]] = {
    "the controller is not reached": _controller(communicating=False),
    "the battery is low": _batteries(agg_soc=40),
    "nobody knows the battery": _batteries(agg_soc=None, ENC_agg_soc=None),
    "the level is a word": _batteries(agg_soc="unknown", ENC_agg_soc="unknown"),
    "a generator runs": _generator_runs,
    "busy": _batteries(ESS_in_progress=True),
    "busy, by its older name": _batteries(ESS_R3_To_R4_in_progress=True),
}


async def _does_not_leave(it: Control, why: Callable[[GatewaySimulator], None]) -> None:
    why(it.at.gateway)
    with pytest.raises(HomeAssistantError):
        await it.make()
    assert not it.sent
    assert it.shown == "on"


@pytest.mark.parametrize("why", SURE)
async def test_the_grid_is_not_left_when_it_may_not_be(
    hass: HomeAssistant, socket_enabled: None, add_entry: EntryMaker, waits: Waits, why: str
) -> None:
    """What speaks against it is read right before."""
    site = replace(PROFILES["system_controller"], has_generator=True)
    async with control(hass, add_entry, waits, "grid", site) as it:
        await _does_not_leave(it, SURE[why])


@pytest.mark.parametrize("why", UNSURE)
async def test_the_grid_is_not_left_on_a_guess(
    hass: HomeAssistant, socket_enabled: None, add_entry: EntryMaker, waits: Waits, why: str
) -> None:
    """Only with a controller that is reached, batteries above a known reserve, and nothing else going on."""
    async with control(hass, add_entry, waits, "grid") as it:
        await _does_not_leave(it, UNSURE[why])


async def test_no_limit_without_meters(hass: HomeAssistant, socket_enabled: None, add_entry: EntryMaker) -> None:
    """A limit needs meters, and is confirmed by them: a gateway without any does not offer it."""
    async with home(hass, add_entry, "standard", options={"controls": True}, role="installer") as at:
        await at.cycles(1)
        assert at.shown("export_limit_enabled", "switch") is None
