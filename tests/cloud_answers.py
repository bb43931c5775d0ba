"""Everything that the cloud is known to answer when a token is asked for (gateway-api.md 1), and what we make of it."""

from dataclasses import dataclass
from typing import Final

from custom_components.iq_gateway.tokens.renewal import Obstacle
from tests.conftest import PASSWORD, USERNAME
from tests.simulator import Account, CloudBehaviour, CloudSimulator


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudAnswer:
    """One of them: how the simulator is brought to give it, what it means, and the requests that one attempt takes."""

    behaviour: CloudBehaviour = CloudBehaviour.NORMAL
    password: str = PASSWORD
    mfa: bool = False
    blocked: bool = False
    owns: bool = True
    obstacle: Obstacle
    requests: int

    def arrange(self, cloud: CloudSimulator) -> None:
        """Have the cloud answer like that from now on."""
        cloud.behaviour = self.behaviour
        cloud.accounts[USERNAME] = Account(
            password=self.password, mfa=self.mfa, blocked=self.blocked, serials=None if self.owns else ()
        )


def arrange_normal(cloud: CloudSimulator) -> None:
    """Have the cloud work."""
    cloud.behaviour = CloudBehaviour.NORMAL
    cloud.accounts[USERNAME] = Account(password=PASSWORD)


_UNREACHABLE: Final = {
    behaviour.value: CloudAnswer(behaviour=behaviour, obstacle=Obstacle.CLOUD_UNREACHABLE, requests=requests)
    for behaviour, requests in {
        # The connection breaks before a request is through.
        CloudBehaviour.UNREACHABLE: 0,
        CloudBehaviour.TOO_MANY_REQUESTS: 1,
        CloudBehaviour.SERVER_ERROR: 1,
        CloudBehaviour.HTML_PAGE: 1,
        CloudBehaviour.NOT_ACCEPTABLE: 1,
        CloudBehaviour.SIGN_IN_TEXT: 1,
        CloudBehaviour.TOKENS_UNAVAILABLE: 3,
    }.items()
}
_NO_TOKEN: Final = {
    behaviour.value: CloudAnswer(behaviour=behaviour, obstacle=Obstacle.TOKEN_NOT_ISSUED, requests=3)
    for behaviour in (
        CloudBehaviour.TOKENS_FORBIDDEN,
        CloudBehaviour.TOKENS_HTML,
        CloudBehaviour.NOT_A_TOKEN,
        CloudBehaviour.EMPTY_TOKEN,
        CloudBehaviour.OTHER_GATEWAY,
        CloudBehaviour.EXPIRED_TOKEN,
    )
}

PASSING: Final[dict[str, CloudAnswer]] = {
    **_UNREACHABLE,
    **_NO_TOKEN,
    "too_many_sessions": CloudAnswer(
        behaviour=CloudBehaviour.TOO_MANY_SESSIONS, obstacle=Obstacle.TOO_MANY_SESSIONS, requests=1
    ),
    "somebody_elses_gateway": CloudAnswer(owns=False, obstacle=Obstacle.TOKEN_NOT_ISSUED, requests=3),
}
"""What may be different at the next try."""

FINAL: Final[dict[str, CloudAnswer]] = {
    "wrong_password": CloudAnswer(password="another", obstacle=Obstacle.INVALID_AUTH, requests=1),
    "mfa": CloudAnswer(mfa=True, obstacle=Obstacle.MFA_REQUIRED, requests=1),
    "mfa_variant": CloudAnswer(behaviour=CloudBehaviour.MFA_VARIANT, obstacle=Obstacle.MFA_REQUIRED, requests=1),
    "blocked": CloudAnswer(blocked=True, obstacle=Obstacle.ACCOUNT_BLOCKED, requests=1),
}
"""What will be the same until the user has seen to it."""

ALL: Final = PASSING | FINAL
