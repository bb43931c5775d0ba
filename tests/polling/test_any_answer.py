"""Whatever stands in the gateway's answers: nothing but values comes of it, searched for by hypothesis."""

import asyncio
from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime
import json
from math import isfinite
from pathlib import Path
from random import Random
from typing import Any, Final, override

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.iq_gateway.client.endpoints import ENDPOINTS, INFO
from custom_components.iq_gateway.coordinator import IQGatewayData
from custom_components.iq_gateway.devices import KINDS, Value
from custom_components.iq_gateway.site import Site, Snapshot, build_site
from custom_components.iq_gateway.totals import PublishedTotal

from .scripted import STREAM, Script
from .steps import INTERVAL, Time, poller_for

SAMPLES: Final = Path(__file__).parents[1] / "samples"
NEEDS: Final = frozenset(build_site(Snapshot()).needs)
ODD: Final[tuple[Any, ...]] = (
    None, True, "", "unknown", "12.5", "1e999", " 7 ", -1, -0.0, 0, 1, 3, 99, 0.5, 1e18, -1e18, 1e300, 2**32 - 4, 2**63,
    float("nan"), float("inf"), [], {}, [[]], [None], {"": None}, {"eid": 1}, [{"eid": "x"}], "enabled", "storage",
)  # fmt: skip


class OddScript(Script):
    """Answers of which nothing is certain, not even that they have a time to set."""

    @override
    async def enable_stream(self) -> None:
        self._note(STREAM)


def answers_of(sample: str) -> dict[str, Any]:
    """Return what a sample gateway answers, by the names of the endpoints."""
    files = {endpoint.name: SAMPLES / sample / endpoint.path.strip("/").replace("/", "_") for endpoint in ENDPOINTS}
    return {
        name: file.read_text() if name == INFO.name else json.loads(file.read_text())
        for name, file in files.items()
        if file.is_file()
    }


def disturb(value: Any, random: Random) -> Any:  # noqa: ANN401
    """Return the value with something odd somewhere in it: changed, removed or said twice."""
    if not isinstance(value, dict | list) or not value or random.random() < 0.1:
        return deepcopy(random.choice(ODD))
    key = random.choice(list(value) if isinstance(value, dict) else range(len(value)))
    what = random.random()
    if what < 0.1:
        del value[key]
    elif what < 0.2 and isinstance(value, list):
        value.append(deepcopy(value[key]))
    else:
        value[key] = disturb(value[key], random)
    return value


def shown_of(site: Site) -> Iterator[Value]:
    """Return every value that an entity could show, whether or not it would be there."""
    data = IQGatewayData(
        site=site, totals={key: PublishedTotal(energy=total.energy) for key, total in site.totals.items()}, token=None
    )
    for kind in KINDS:
        for subject in kind.subjects(data).values():
            for description in kind.entities:
                assert description.exists_fn(subject) in (True, False)
                assert description.enabled_fn(subject) in (True, False)
                yield description.value_fn(subject)


async def live_through(sample: str, random: Random, cycles: int) -> None:
    """Poll a gateway that answers oddly, and look at everything after each cycle."""
    good = answers_of(sample)
    script = OddScript(**good)
    time, poller = Time(script), poller_for(script)
    with time.in_charge():
        for _ in range(cycles):
            script.payloads = deepcopy(good)
            if "live" in good:
                script.payloads["live"]["meters"]["last_update"] = int(script.now)
            for name in random.sample(sorted(script.payloads.keys() - {INFO.name}), random.randint(0, 3)):
                for _ in range(random.randint(1, 3)):
                    script.payloads[name] = disturb(script.payloads[name], random)
            await poller.run(NEEDS)
            for value in shown_of(poller.site):
                assert value is None or isinstance(value, str | bool | datetime) or isfinite(value)
            time.advance(INTERVAL)


@pytest.mark.parametrize("sample", ["brief", "seven_meters", "standard_8", "three_phases"])
@settings(max_examples=100, derandomize=True, deadline=None, database=None)
@given(random=st.randoms(use_true_random=False), cycles=st.integers(1, 6))
def test_nothing_but_values_comes_of_any_answer(sample: str, random: Random, cycles: int) -> None:
    """No error, and no figure that is none."""
    asyncio.run(live_through(sample, random, cycles))
