"""One failure stays one failure: every endpoint with every fault, through a real Home Assistant over real https."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
import logging
from typing import Final

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import async_get_platforms
import pytest

from custom_components.iq_gateway.const import DOMAIN
from custom_components.iq_gateway.entity import IQGatewayEntity
from custom_components.iq_gateway.polling import plan

from .conftest import EntrySetUp
from .drive import Drive, stopped_time
from .patience import give_up_early
from .simulator import PROFILES, Clock, Fault, GatewaySimulator
from .simulator.endpoints import PATHS
from .states import coordinator
from .witnesses import CONSUMPTION, ENERGY, INFO, INVERTERS, LIVE, METERS, PRODUCTION, READINGS, Beat, Witness, seen


class Outcome(StrEnum):
    """What a fault makes of an endpoint's figures."""

    SILENCE = "silence"
    """None can be had: they stand for a while, then they are unavailable."""
    BLANK = "blank"
    """The endpoint answers and the figure is not in it: it stands as long, then it is unknown."""
    GOOD = "good"
    """The figure is there all the same."""


SILENCING: Final = (
    Fault.REFUSED,
    Fault.RESET,
    Fault.HANG,
    Fault.DRIP,
    Fault.UNAUTHORIZED,
    Fault.FORBIDDEN,
    Fault.NOT_FOUND,
    Fault.TOO_MANY_REQUESTS,
    Fault.SERVER_ERROR,
    Fault.BAD_GATEWAY,
    Fault.UNAVAILABLE,
    Fault.EMPTY,
    Fault.HTML_PAGE,
    Fault.TRUNCATED,
    Fault.WRONG_SHAPE,
    Fault.HUGE,
)
SLOW: Final = (Fault.HANG, Fault.DRIP)
# A fault within JSON: no word of it in /info, which is XML.
ODD: Final = (
    Fault.UNKNOWN_ENUM,
    Fault.BROKEN_RECORD,
    Fault.NUMBERS_AS_TEXT,
    Fault.UNKNOWN_TEXT,
    Fault.NULLS,
    Fault.NAN,
    Fault.NEGATIVE_ZERO,
    Fault.WRAPPED,
    Fault.DUPLICATES,
    Fault.TIME_ZERO,
    Fault.TIME_TOMORROW,
)

_NO_FIGURES: Final = {Fault.UNKNOWN_TEXT: Outcome.SILENCE, Fault.NULLS: Outcome.SILENCE, Fault.NAN: Outcome.SILENCE}

# What becomes of each witness; what is not listed leaves it good.
OUTCOMES: Final[Mapping[str, Mapping[Fault, Outcome]]] = {
    "info": {},
    # All numbers of a list of meters are identities; a state that nobody knows says nothing of the meter.
    "meters": {Fault.UNKNOWN_ENUM: Outcome.SILENCE},
    "readings": _NO_FIGURES,
    # Live data that does not move is not shown as current, whatever it says.
    "live": {**_NO_FIGURES, Fault.TIME_ZERO: Outcome.BLANK, Fault.TIME_TOMORROW: Outcome.BLANK},
    "energy": _NO_FIGURES,
    "inverters": _NO_FIGURES,
    "consumption": {**_NO_FIGURES, Fault.UNKNOWN_ENUM: Outcome.SILENCE},
    "production": _NO_FIGURES,
}
# Figures that the fault itself replaces by others: a mode that nobody knows, -4 W, and what is nothing.
REPLACED: Final = {
    ("live", Fault.UNKNOWN_ENUM): STATE_UNKNOWN,
    ("inverters", Fault.WRAPPED): "-4.0",
    ("inverters", Fault.NEGATIVE_ZERO): "0.0",
}

METERED: Final = (INFO, METERS, READINGS, LIVE, ENERGY, INVERTERS)
# The report on the load is no report on the load where there is a battery.
WITHOUT_BATTERY: Final = (INFO, METERS, READINGS, ENERGY, INVERTERS, CONSUMPTION)
UNMETERED: Final = (INFO, PRODUCTION, INVERTERS)
CASES: Final = [
    *(("metered_battery", METERED, witness) for witness in METERED if witness is not READINGS),
    # The gateway's sums are shown only beside the meter that they are held against.
    ("metered_battery", tuple(witness for witness in METERED if witness is not ENERGY), READINGS),
    ("net_split", WITHOUT_BATTERY, CONSUMPTION),
    ("standard", UNMETERED, PRODUCTION),
]

# Seconds after which one reading of a counter alone still counts.
SELDOM: Final = 900.0

# Real seconds after which an endpoint that hangs is given up.
SHORT_TIMEOUT: Final = 0.2


@dataclass(slots=True, kw_only=True)
class Scenario:
    """A site at work, the endpoint that is to fail, and what its entities are."""

    hass: HomeAssistant
    gateway: GatewaySimulator
    drive: Drive
    beat: Beat
    failing: Witness
    log: pytest.LogCaptureFixture

    async def read_anew(self) -> None:
        """Go on until the failing endpoint was asked: some are so hourly."""
        path, asked, after = PATHS[self.failing.endpoint], len(self.gateway.requests), min(self.failing.first, SELDOM)
        for _ in range(int(self.failing.first / after)):
            await self.cycle(after=after)
            if path in {request.path for request in self.gateway.requests[asked:]}:
                return
        pytest.fail(f"{path} not asked")

    async def cycle(self, *, after: float = 300.0) -> None:
        """Let the gateway have other figures, and read them; not for the first time in an hour."""
        while after > SELDOM:
            await self.drive.cycle(after=SELDOM)
            after -= SELDOM
        self.beat.next()
        await self.drive.cycle(after=after)

    def switch_on(self, fault: Fault) -> None:
        """Let the endpoint fail."""
        self.gateway.fault(self.failing.endpoint, fault)

    def recover(self) -> None:
        """Let everything be well again, but for the endpoint that a site without meters may lack."""
        self.gateway.clear_faults()
        if PRODUCTION in self.beat.witnesses:
            self.gateway.fault("energy", Fault.NOT_FOUND)

    def sees(self, witness: Witness) -> str | None:
        """Return what is shown of an endpoint."""
        return seen(self.hass, witness, self.gateway, self.inverter, self.drive.entry.entry_id)

    @property
    def inverter(self) -> str:
        """The serial number of one of the inverters."""
        return next(iter(coordinator(self.drive.entry).data.site.inverters))

    @property
    def unavailable(self) -> set[str]:
        """The entities that are unavailable now."""
        return set(self.hass.states.async_entity_ids()) - {
            shown.entity_id for shown in self.hass.states.async_all() if shown.state != STATE_UNAVAILABLE
        }

    @property
    def dependent(self) -> set[str]:
        """The entities that are read from the failing endpoint."""
        needs = coordinator(self.drive.entry).data.site.needs
        entities = [
            entity for platform in async_get_platforms(self.hass, DOMAIN) for entity in platform.entities.values()
        ]
        return {
            entity.entity_id
            for entity in entities
            if isinstance(entity, IQGatewayEntity) and self.failing.endpoint in needs.get(entity._need, ())
        }

    def assert_others_follow(self, context: str) -> None:
        """Assert that every other endpoint's figure is that of its last answer, and that this is no old one."""
        for witness in self.beat.witnesses:
            if witness is self.failing or witness is INFO:
                continue
            if witness is not METERS:
                assert self.beat.sent[witness.endpoint] == self.beat.number, f"{context}: {witness.endpoint} not asked"
            assert self.sees(witness) == self.beat.expected(witness), f"{context}: {witness.endpoint} stands still"

    def assert_said(self, context: str, *, silence: int, return_: int) -> None:
        """Assert that the log holds so many lines of the failing endpoint, nothing else that warns, no traceback."""
        ours = [record for record in self.log.records if record.name.startswith(f"custom_components.{DOMAIN}")]
        said = [record.getMessage() for record in ours]
        name = self.failing.endpoint
        assert sum(f"{name} does not answer" in text for text in said) == silence, f"{context}: {said}"
        assert sum(f"{name} answers again" in text for text in said) == return_, f"{context}: {said}"
        loud = [record for record in self.log.records if record.levelno >= logging.WARNING and record.name != "asyncio"]
        assert len(loud) == silence, f"{context}: {[record.getMessage() for record in loud]}"
        assert not any(record.exc_info for record in loud), context


@pytest.fixture
async def scenario(
    request: pytest.FixtureRequest,
    hass: HomeAssistant,
    socket_enabled: None,
    setup_entry: EntrySetUp,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> AsyncGenerator[Scenario]:
    """A small site whose every figure moves, with all of its entities enabled."""
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)
    monkeypatch.setattr(plan, "MOST_REQUESTS", 20)  # nothing waits for another cycle
    profile, witnesses, failing = request.param
    site = replace(PROFILES[profile], inverters=2)
    async with GatewaySimulator(site, clock=Clock()) as gateway:
        with stopped_time() as frozen:
            beat = Beat(gateway, witnesses)
            beat.start()
            if PRODUCTION in witnesses:
                gateway.fault("energy", Fault.NOT_FOUND)
            entry = await setup_entry(gateway)
            drive = Drive(hass, entry, frozen)
            yield Scenario(hass=hass, gateway=gateway, drive=drive, beat=beat, failing=failing, log=caplog)


@pytest.mark.parametrize("scenario", CASES, ids=[case[2].endpoint for case in CASES], indirect=True)
async def test_one_failure_stays_one_failure(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    """Others go on, the endpoint's own figures stand for a while; all is well again with its first good answer."""
    gateway = scenario.gateway
    give_up_early(monkeypatch, lambda path: gateway.active_faults.get(path) in SLOW, after=SHORT_TIMEOUT)
    for fault in SILENCING + ODD:
        await _walk(scenario, fault)


async def _walk(scenario: Scenario, fault: Fault) -> None:
    """Have one fault come and go."""
    failing, context = scenario.failing, f"{scenario.failing.endpoint}, {fault}"
    default = Outcome.SILENCE if fault in SILENCING else Outcome.GOOD
    outcome = OUTCOMES[failing.endpoint].get(fault, default)
    await scenario.read_anew()
    before, missing = scenario.sees(failing), scenario.unavailable
    assert before == scenario.beat.expected(failing), context
    scenario.log.clear()

    scenario.switch_on(fault)
    for number in range(failing.stands):
        if outcome is Outcome.SILENCE:
            await scenario.cycle(after=failing.first if number == 0 else 300.0)
        else:
            await scenario.read_anew()
        scenario.assert_others_follow(context)
        assert scenario.unavailable == missing, context
        assert scenario.sees(failing) == _shown_during(scenario, fault, outcome, before), context
    await scenario.cycle()
    scenario.assert_others_follow(context)
    _assert_worst(scenario, outcome, missing, context)

    scenario.recover()
    # One that hangs is asked less and less the longer it does.
    await (scenario.cycle() if outcome is Outcome.SILENCE and fault not in SLOW else scenario.read_anew())
    scenario.assert_others_follow(context)
    assert scenario.unavailable == missing, context
    assert scenario.sees(failing) == scenario.beat.expected(failing), context
    lines = int(outcome is Outcome.SILENCE)
    scenario.assert_said(context, silence=lines, return_=lines)


def _shown_during(scenario: Scenario, fault: Fault, outcome: Outcome, before: str | None) -> str | None:
    """Return what is to be seen while a fault lasts and nothing is too old yet."""
    if outcome is not Outcome.GOOD:
        return before
    return REPLACED.get((scenario.failing.endpoint, fault), scenario.beat.expected(scenario.failing))


def _assert_worst(scenario: Scenario, outcome: Outcome, missing: set[str], context: str) -> None:
    """Assert that after the cycles in which values stand those of a silent endpoint are gone, and only those."""
    gone = scenario.unavailable - missing
    if outcome is not Outcome.SILENCE or scenario.failing is INFO:
        assert not gone, context
        assert outcome is not Outcome.BLANK or scenario.sees(scenario.failing) == STATE_UNKNOWN, context
        return
    assert gone <= scenario.dependent, f"{context}: {gone - scenario.dependent}"
    assert scenario.sees(scenario.failing) == STATE_UNAVAILABLE, context
