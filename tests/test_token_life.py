"""A year of an owner's token and a month or two of an installer's, with and without a cloud that is away each month."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.iq_gateway.client.token import AccessToken
from custom_components.iq_gateway.tokens.renewal import SignIns
from custom_components.iq_gateway.totals.keeper import LifetimeTotals
from tests.conftest import USERNAME, EntrySetUp
from tests.simulator import Clock, CloudBehaviour, CloudSimulator, GatewaySimulator, Request
from tests.states import disable, entity_id
from tests.time_lapse import pass_time
from tests.tokens.steps import ACCOUNT, DAY, HOUR, MINUTE, MONTH, YEAR, asked, told

WEEK: Final = timedelta(days=7)
NEVER: Final = timedelta()

# One site's recorded answers: a house need not be simulated for a year to watch a token.
SAMPLE: Final = Path(__file__).parent / "samples" / "standard_8"
# Of all that a site shows, one reading is enough to tell a gap.
READING: Final = "production_power"


@pytest.fixture
async def gateway(socket_enabled: None, clock: Clock) -> AsyncGenerator[GatewaySimulator]:
    """A gateway whose readings stand still."""
    async with GatewaySimulator(replay=SAMPLE, clock=clock) as simulator:
        yield simulator


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse:
    """Months of an entry with an account, in seconds; the cloud may be away for the first days of each month."""

    hass: HomeAssistant
    gateway: GatewaySimulator
    cloud: CloudSimulator
    freezer: FrozenDateTimeFactory
    entry: MockConfigEntry
    began: datetime
    pace: timedelta
    """Between two readings."""
    away: timedelta
    """For so long at the beginning of each month."""

    async def run(self, length: timedelta) -> None:
        """Let time pass, from one thing that may be due to the next."""
        while dt_util.utcnow() - self.began < length:
            away = self.is_away(dt_util.utcnow())
            self.cloud.behaviour = CloudBehaviour.SERVER_ERROR if away else CloudBehaviour.NORMAL
            await pass_time(self.hass, self.freezer, max(min(self._next_reading, self._next_event), MINUTE))

    @property
    def _next_reading(self) -> timedelta:
        """How far off the next cycle is."""
        last = _moment(self.gateway.requests[-1]) if self.gateway.requests else self.began
        return last + self.pace - dt_util.utcnow()

    @property
    def _next_event(self) -> timedelta:
        """How far off the next thing is that a token may make necessary."""
        now, sign_ins = dt_util.utcnow(), SignIns.of(self.entry)
        if sign_ins.obstacle:
            return sign_ins.earliest - now
        token = AccessToken.parse(self.entry.data[CONF_TOKEN])
        margin = min(token.lifetime / 12, MONTH)
        ahead = token.expires - margin - now
        return ahead if ahead > timedelta() else margin / 6

    def is_away(self, moment: datetime) -> bool:
        """Tell whether the cloud is away."""
        return (moment - self.began) % MONTH < self.away

    @property
    def attempts(self) -> list[datetime]:
        """When it was tried to sign in."""
        return [_moment(request) for request in self.cloud.sign_ins]

    @property
    def renewals(self) -> list[datetime]:
        """When the cloud made a token."""
        made = (request for request in self.cloud.requests if request.path == "/tokens" and request.status == 200)
        return [_moment(request) for request in made]

    @property
    def gaps(self) -> list[tuple[datetime, datetime]]:
        """The last reading before and the first one after each time without."""
        readings = [_moment(request) for request in self.gateway.requests if request.authorized]
        return [(last, first) for last, first in pairwise(readings) if first - last > 1.1 * self.pace]

    @property
    def refusals(self) -> int:
        """How often the gateway said 401."""
        return sum(request.status == 401 for request in self.gateway.requests)

    def report(self, name: str) -> None:
        """Print the figures."""
        longest = max((first - last for last, first in self.gaps), default=timedelta())
        print(  # noqa: T201
            f"{name}: {len(self.attempts)} sign-ins tried, {len(self.renewals)} tokens made, {len(self.gaps)} gaps, "
            f"the longest {longest}; the gateway refused {self.refusals} of {len(self.gateway.requests)} requests"
        )


def _moment(request: Request) -> datetime:
    return dt_util.utc_from_timestamp(request.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What a lapse begins with."""

    hass: HomeAssistant
    gateway: GatewaySimulator
    cloud: CloudSimulator
    freezer: FrozenDateTimeFactory
    setup_entry: EntrySetUp

    async def begin(self, role: str, *, pace: timedelta, away: timedelta = NEVER) -> Lapse:
        """Set up an entry that reads one thing, with a new token of this role."""
        self.cloud.accounts[USERNAME].role = role
        options = {"update_interval": int(pace.total_seconds())}
        entry = await self.setup_entry(self.gateway, token=self.gateway.mint(role), options=options, **ACCOUNT)
        reading = entity_id(self.hass, self.gateway.serial, READING)
        others = [
            found.entity_id for found in er.async_entries_for_config_entry(er.async_get(self.hass), entry.entry_id)
        ]
        await disable(self.hass, entry, *(found for found in others if found != reading))
        self.gateway.requests.clear()
        return Lapse(
            hass=self.hass,
            gateway=self.gateway,
            cloud=self.cloud,
            freezer=self.freezer,
            entry=entry,
            began=dt_util.utcnow(),
            pace=pace,
            away=away,
        )


@pytest.fixture
def beginning(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    cloud: CloudSimulator,
    freezer: FrozenDateTimeFactory,
    setup_entry: EntrySetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> Beginning:
    """The stage, where totals want no readings of their own at midnight."""
    monkeypatch.setattr(LifetimeTotals, "next_reading_within", lambda _: YEAR.total_seconds())
    return Beginning(hass=hass, gateway=gateway, cloud=cloud, freezer=freezer, setup_entry=setup_entry)


def hours_between(moments: list[datetime]) -> list[float]:
    """Return the distances."""
    return [(later - earlier) / HOUR for earlier, later in pairwise(moments)]


async def test_a_year_with_an_owners_account(beginning: Beginning) -> None:
    """One renewal, a month ahead; the gateway never refuses anything."""
    lapse = await beginning.begin("owner", pace=2 * DAY)
    await lapse.run(YEAR)
    lapse.report("a year, owner")
    (attempt,) = lapse.attempts
    assert YEAR - MONTH <= attempt - lapse.began <= YEAR - MONTH + 2 * DAY
    assert len(lapse.renewals) == 1
    assert lapse.gaps == []
    assert lapse.refusals == 0


async def test_a_year_with_an_owners_account_and_a_cloud_that_is_away(beginning: Beginning) -> None:
    """Being away for a week of each month puts the renewal off by two days, and nobody notices."""
    lapse = await beginning.begin("owner", pace=2 * DAY, away=WEEK)
    await lapse.run(YEAR)
    lapse.report("a year, owner, cloud away for a week each month")
    assert 5 <= len(lapse.attempts) <= 10
    assert len(lapse.renewals) == 1
    assert lapse.gaps == []
    assert lapse.refusals == 0


async def test_a_month_with_an_installers_account(beginning: Beginning) -> None:
    """A renewal every eleven hours or so; the gateway never refuses anything."""
    lapse = await beginning.begin("installer", pace=3 * HOUR)
    await lapse.run(MONTH)
    lapse.report("thirty days, installer")
    assert len(lapse.attempts) == len(lapse.renewals)
    between = hours_between(lapse.attempts)
    assert min(between) >= 11
    assert max(between) <= 11.5
    assert lapse.gaps == []
    assert lapse.refusals == 0


async def test_two_months_with_an_installers_account_and_a_cloud_that_is_away(
    hass: HomeAssistant, beginning: Beginning
) -> None:
    """Each gap ends within a back-off step of the cloud's return, and the cloud is left in peace until then."""
    lapse = await beginning.begin("installer", pace=3 * HOUR, away=WEEK)
    await lapse.run(2 * MONTH)
    lapse.report("sixty days, installer, cloud away for a week each month")
    assert len(lapse.gaps) == 2
    failed = [moment for moment in lapse.attempts if lapse.is_away(moment)]
    for month, (_, first) in enumerate(lapse.gaps):
        begins = lapse.began + month * MONTH
        tries = [moment for moment in failed if begins <= moment < first]
        between = hours_between(tries)
        assert min(between) >= 0.25
        assert first - (begins + WEEK) <= between[-1] * HOUR + 2 * MINUTE
        # Eight steps take a day and a half, the rest is one a day.
        assert len(tries) <= 8 + 6
    # One may be under way while the cloud goes or comes back.
    assert abs(len(lapse.attempts) - len(failed) - len(lapse.renewals)) <= 1
    assert min(hours_between(lapse.renewals)) >= 11
    assert (told(hass, lapse.entry), asked(hass, lapse.entry)) == (None, 0)
