"""What an answer is made from."""

from dataclasses import dataclass

from tests.simulator.house import House
from tests.simulator.profiles import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A house at one moment; `stamp` is that moment by the gateway's own clock, which may be wrong."""

    house: House
    serial: str
    firmware: str
    stamp: int

    @property
    def profile(self) -> Profile:
        """The site's installation."""
        return self.house.profile

    @property
    def clock_error(self) -> int:
        """Seconds by which the gateway's clock is ahead."""
        return self.stamp - int(self.house.time)
