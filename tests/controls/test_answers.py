"""What an answer to a change says of it, and what only reading does."""

from typing import Final

import pytest

from tests.controls.conftest import Bench
from tests.controls.table import CASES, Case
from tests.simulator.reply import HTML, Reply, error
from tests.simulator.server import Request

OF: Final = {case.key: case for case in CASES}
FAR_TOO_LONG: Final = Reply(body=b" " * (4 * 1024 * 1024 + 1))
REDIRECTS: Final = {
    "302": Reply(body=b"", status=302, content_type=HTML, headers={"Location": "/home"}),
    "304": Reply(body=b"", status=304),
}

of_a_contact_and_a_tariff = pytest.mark.parametrize("case", [OF["nc2"], OF["storage_mode"]], ids=lambda case: case.key)


def answer(bench: Bench, reply: Reply, *, taken: bool) -> None:
    """Have changes be taken, or not, and answered with this."""
    take = bench.gateway._change

    def change(record: Request) -> Reply:
        if taken:
            take(record)
        return reply

    bench.monkeypatch.setattr(bench.gateway, "_change", change)


@of_a_contact_and_a_tariff
@pytest.mark.parametrize("reply", REDIRECTS)
async def test_to_be_sent_elsewhere_is_no_matter_of_the_role(bench: Bench, case: Case, reply: str) -> None:
    """It was not accepted, and the token is fine."""
    answer(bench, REDIRECTS[reply], taken=False)
    assert await bench.fails() == "control_refused"
    assert (bench.shown, bench.told("change")) == (case.before, "failed")


@of_a_contact_and_a_tariff
@pytest.mark.parametrize(("taken", "came"), [(True, "confirmed"), (False, "no_effect")])
async def test_a_long_answer_is_acceptance(bench: Bench, case: Case, *, taken: bool, came: str) -> None:
    """Its status says so, and what is read back tells the rest."""
    answer(bench, FAR_TOO_LONG, taken=taken)
    assert await bench.fails() == ("" if taken else "control_no_effect")
    assert (bench.shown, bench.told("change")) == (case.wanted if taken else case.before, came)


@of_a_contact_and_a_tariff
@pytest.mark.parametrize("status", [502, 503])
@pytest.mark.parametrize(
    ("taken", "came", "why"), [(True, "confirmed", "None"), (False, "no_effect", "did not tell whether")]
)
async def test_a_web_server_that_gives_up_tells_nothing(
    bench: Bench, case: Case, status: int, *, taken: bool, came: str, why: str
) -> None:
    """The action says so at once, and what came of the change is found out after, and never sent again."""
    bench.gateway.switchboard.delays[case.path] = 20.0
    answer(bench, error(status), taken=taken)
    assert await bench.fails() == "control_unclear"
    await bench.settle()
    assert (bench.shown, bench.told("change")) == (case.wanted if taken else case.before, came)
    assert why in str(bench.told("reason"))
    assert (bench.repair is None) is taken
    assert len([one for one in bench.asked if one.path == case.path and one.method != "GET"]) == 1
