"""What is told of a change goes on following what the gateway says, long after its action has ended."""

from typing import Final

import pytest

from tests.controls.conftest import Bench
from tests.controls.table import CASES, Case
from tests.simulator import Fault, Obedience

OF: Final = {case.key: case for case in CASES}
FROM_ALL_PATHS: Final = (
    "export_limit",
    "production",
    "reserve",
    "grid_connection",
    "nc2",
    "nc1_soc_low",
    "generator_mode",
    "generator_start_level",
    "sleep",
)


@pytest.mark.parametrize("case", [OF[key] for key in FROM_ALL_PATHS], ids=lambda case: case.key)
async def test_it_is_told_as_it_is_from_then_on(bench: Bench, case: Case) -> None:
    """Taken back, and made again by somebody else: neither is a matter for repairs by then, and nothing is sent."""
    await bench.put_back()
    begun = bench.gateway.switchboard.keep()
    await bench.change()
    made = bench.gateway.switchboard.keep()
    assert (bench.shown, bench.told("change")) == (case.wanted, "confirmed")
    bench.gateway.switchboard.put_back(begun)
    await bench.waits(100)
    await bench.next_cycle()
    assert (bench.shown, bench.told("change")) == (case.before, "overwritten")
    assert "no longer holds" in str(bench.told("reason"))
    assert bench.repair is None
    bench.gateway.switchboard.put_back(made)
    await bench.waits(100)
    await bench.next_cycle()
    assert (bench.shown, bench.told("change"), bench.told("reason")) == (case.wanted, "confirmed", None)
    assert len(bench.sent) == 1


@pytest.mark.parametrize("case", [OF["nc2"], OF["storage_mode"], OF["sleep"]], ids=lambda case: case.key)
async def test_what_came_late_has_come(bench: Bench, case: Case) -> None:
    """It was given up, and the gateway did it all the same."""
    bench.gateway.switchboard.delays[case.path] = 4_000.0
    await bench.fails()
    assert (bench.shown, bench.told("change")) == (case.before, "no_effect")
    await bench.waits(4_000)
    await bench.next_cycle()
    assert (bench.shown, bench.told("change"), bench.told("reason")) == (case.wanted, "confirmed", None)
    assert bench.repair is None


@pytest.mark.parametrize("case", [OF["nc2"]], ids=["nc2"])
async def test_what_came_while_nobody_could_look_has_come(bench: Bench, case: Case) -> None:
    """The gateway fell silent over it, and was given up."""
    send = bench.gateway.switchboard.send

    def send_and_go(*change: object) -> object:
        answer = send(*change)  # type: ignore[arg-type]
        bench.gateway.fault("*", Fault.REFUSED)
        return answer

    bench.monkeypatch.setattr(bench.gateway.switchboard, "send", send_and_go)
    assert await bench.fails() == "control_silent"
    bench.gateway.clear_faults()
    await bench.next_cycle()
    assert (bench.shown, bench.told("change")) == (case.wanted, "confirmed")


@pytest.mark.parametrize("case", [OF["export_limit"]], ids=["export_limit"])
async def test_a_limit_that_nothing_kept_to_does_not_come_true_at_night(bench: Bench, case: Case) -> None:
    """The gateway said so all the time: that nothing exceeds it now proves nothing."""
    bench.gateway.switchboard.obedience[case.path] = Obedience.ECHOES
    await bench.fails()
    assert (bench.shown, bench.told("change")) == (case.wanted, "no_effect")
    await bench.waits(10 * 3600)
    await bench.next_cycle()
    assert bench.gateway.house.power.grid >= -100
    assert bench.told("change") == "no_effect"
