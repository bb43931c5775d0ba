"""Sets the integration up the way a person does: through its config flow."""

from collections.abc import Mapping
from getpass import getpass
from typing import Final

from scripts.lib.develop.api import Api, Json
from scripts.lib.develop.process import DemoError
from scripts.lib.develop.site import Site

DOMAIN: Final = "iq_gateway"
FLOW: Final = "/api/config/config_entries/flow"
# More than any flow has: the end of a flow that runs in circles.
MOST_STEPS: Final = 12

type Answers = Mapping[str, Mapping[str, object]]


async def is_set_up(api: Api) -> bool:
    """Whether an earlier start has set the integration up."""
    async with api.websocket() as websocket:
        return bool(await websocket.command("config_entries/get", domain=DOMAIN))


def answers_for(site: Site) -> Answers:
    """What to enter at which step; steps that a flow does not show are left out, others take their defaults."""
    return {
        "user": {"host": site.host},
        "sign_in": {"next_step_id": "token"},
        "token": {"token": site.token or getpass("Access token of the gateway: ")},
        "finish": {"energy_panel": True},
    }


async def set_up(api: Api, site: Site) -> None:
    """Go through the flow to its end; DemoError with the flow's own words where it does not get there."""
    answers = answers_for(site)
    step = await api.request("POST", FLOW, {"handler": DOMAIN, "show_advanced_options": False})
    for _ in range(MOST_STEPS):
        if step["type"] == "create_entry":
            return
        if step["type"] == "abort":
            raise DemoError(f"the set-up was aborted: {step['reason']}")
        if step.get("errors"):
            raise DemoError(f"the set-up stopped at {step['step_id']}: {step['errors']}")
        step = await api.request("POST", f"{FLOW}/{step['flow_id']}", _answer(step, answers))
    raise DemoError("the set-up does not come to an end")


def _answer(step: Json, answers: Answers) -> Mapping[str, object]:
    """The answer to a step, without fields that its form does not have."""
    answer = answers.get(step["step_id"], {})
    if step["type"] == "menu":
        return answer
    fields = {field["name"] for field in step["data_schema"]}
    return {name: value for name, value in answer.items() if name in fields}
