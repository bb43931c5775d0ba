"""The adversary's trials held against the promise: what is beyond it, and a table of the worst."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Final

from .adversary import BEGINNINGS, SITES, Cell
from .adversary_run import Sample, Trial
from .verdict import highest_powers

# Wh that a total may be off an hour after: readings are rounded, and so are sums of them.
EXACT: Final = 1.0
# "A few cycles' worth" is this many, and never less than a quarter of an hour.
_CYCLES: Final = 3
_QUARTER: Final = 900.0
# A step down that is no rounding, in Wh.
_STEP: Final = 0.01
# Polls for which a value stands although it was not read, and readings that have to agree before a first one is shown.
_STANDS: Final = 2
_AGREE: Final = 2
_HOUR: Final = 3600.0
_SETTLING: Final = timedelta(minutes=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a trial comes to, in Wh: the most that a total was ahead, what is allowed, the largest error an hour after.

    `beyond` says in words what the promise does not allow.
    """

    cell: Cell
    ahead: float
    allowed: float
    error: float
    today: float
    repairs: frozenset[str]
    beyond: tuple[str, ...]

    def __str__(self) -> str:
        told = "; ".join(self.beyond) or "as promised"
        return (
            f"{self.cell.name}: ahead {self.ahead:.0f} Wh, allowed {self.allowed:.0f}, "
            f"an hour after {self.error:.1f} Wh off, "
            f"today {self.today:.0f} Wh off, repairs {sorted(self.repairs) or 'none'}: {told}"
        )


def allowances(cell: Cell) -> dict[str, float]:
    """Return by how many Wh each total may be ahead: a few cycles' worth of the most that the site can do."""
    hours = max(_CYCLES * cell.interval, _QUARTER) / _HOUR
    return {key: power * hours for key, power in highest_powers(SITES[cell.site].profile).items()}


def judge(trial: Trial) -> Judgement:
    """Hold a trial against the promise."""
    cell, last = trial.cell, trial.after[-1]
    allowed = allowances(cell)
    ahead = {key: _ahead(trial, key) for key in last.truth}
    worst = max(ahead, key=lambda key: ahead[key] / (allowed[key] or 1.0))
    errors = {key: abs(value - last.truth[key]) for key, value in last.shown.items() if value is not None}
    seen = frozenset().union(*(sample.repairs for sample in trial.samples))
    return Judgement(
        cell=cell,
        ahead=ahead[worst],
        allowed=allowed[worst],
        error=max(errors.values(), default=0.0),
        today=max((abs(error) for error in trial.today.values()), default=0.0),
        repairs=seen,
        beyond=tuple(_beyond(trial, ahead, allowed, errors)),
    )


def _ahead(trial: Trial, key: str) -> float:
    """Return the most that a total was ahead of the truth: itself, and what it grew by since the attack."""
    known = [(sample.shown[key], sample.truth[key]) for sample in (*trial.during, *trial.after)]
    leads = [shown - truth for shown, truth in known if shown is not None]
    before = trial.before[-1] if trial.before else None
    lead = before.shown[key] if before else None
    if before and lead is not None:
        leads += [other - (lead - before.truth[key]) for other in leads]
    return max(leads, default=0.0)


def _beyond(
    trial: Trial, ahead: Mapping[str, float], allowed: Mapping[str, float], errors: Mapping[str, float]
) -> Iterator[str]:
    """Yield what is not allowed, in words."""
    cell, last = trial.cell, trial.after[-1]
    repairs = last.repairs
    unknowable = _unknowable(cell)
    excused = cell.long and bool(repairs)
    told = any(sample.repairs for sample in trial.samples)
    for key, lead in ahead.items():
        if lead > allowed[key] + EXACT and not unknowable and not (cell.long and told):
            yield f"{key} ahead by {lead:.0f} Wh, allowed are {allowed[key]:.0f}"
    for key, error in errors.items():
        # What a cycle may bring counts at once; if it was wrong, the total stands until the counter has come as far.
        lead = (last.shown[key] or 0.0) - last.truth[key]
        stands = 0 < lead <= allowed[key] and last.truth[key] - trial.after[0].truth[key] <= ahead[key]
        if error > EXACT and not excused and not stands:
            yield f"{key} off by {error:.1f} Wh an hour after{', without a repair' if cell.long else ''}"
    if repairs and not cell.long:
        yield f"a repair for what has passed: {', '.join(sorted(repairs))}"
    for key in ahead:
        if (fall := _fall(trial, key)) > _STEP and not unknowable:
            yield f"{key} fell by {fall:.2f} Wh"
        yield from _absences(trial, key)
    for key in trial.phantoms:
        yield f"{key} is there, which the site cannot have"
    yield from _figures_of_today(trial, allowed)


def _unknowable(cell: Cell) -> bool:
    """Tell whether two readings agree on what is wrong in the first minute of all: it is made good soon after."""
    return cell.start.first_start and cell.polls > 1


def _fall(trial: Trial, key: str) -> float:
    """Return the largest step down of a total."""
    shown = [value for sample in trial.samples if (value := sample.shown[key]) is not None]
    return max((before - after for before, after in pairwise(shown)), default=0.0)


def _absences(trial: Trial, key: str) -> Iterator[str]:
    """Yield where a total shows nothing although a value should stand, or was read again."""
    cell = trial.cell
    beginning = cell.start.first_start or cell.start.away
    if any(_missing(trial.before[_AGREE:], key)):
        yield f"{key} unavailable before anything was wrong"
    standing = [] if beginning else trial.during[:_STANDS]
    if any(_missing(standing, key)):
        yield f"{key} unavailable while values stand"
    # An endpoint that was refused is asked again hourly, all others with each poll.
    patience = len(trial.after) - 1 if any(way.refuses for way in cell.ways) else _AGREE
    # Where the very first readings disagreed, only what lasts for a quarter of an hour is shown.
    settled = trial.after[0].at + (_SETTLING if beginning else timedelta())
    calm = [sample for sample in trial.after[patience:] if sample.at > settled]
    # A beginning that nobody can know to be wrong is not shown either while it is made good.
    if any(_missing(calm[-1:] if _unknowable(cell) else calm, key)):
        yield f"{key} unavailable after all was well again"


def _missing(samples: Iterable[Sample], key: str) -> Iterator[bool]:
    return (sample.shown[key] is None for sample in samples)


def _figures_of_today(trial: Trial, allowed: Mapping[str, float]) -> Iterator[str]:
    """Yield figures of today that are off by more than a few cycles' worth: midnight falls between two readings."""
    for key, error in trial.today.items():
        if abs(error) > allowed[key] + EXACT and not (trial.cell.long and trial.after[-1].repairs):
            yield f"{key}_today off by {error:.0f} Wh"


def table(judgements: list[Judgement], *, rows: int = 40) -> str:
    """Return the worst by attack and beginning: how many cells are beyond the promise, of how many, and by how much."""
    groups: dict[tuple[str, str], list[Judgement]] = defaultdict(list)
    for one in judgements:
        groups[one.cell.attack, one.cell.beginning].append(one)
    width = max((len(attack) for attack, _ in groups), default=0) + 2
    head = (
        f"{'attack':<{width}}{'beginning':<13}{'cells':>6}{'beyond':>8}{'ahead Wh':>13}{'allowed':>9}{'error Wh':>13}"
        f"{'today Wh':>11}  worst cell"
    )
    ranked = sorted(groups.items(), key=lambda item: max(map(_badness, item[1])), reverse=True)
    lines = [
        f"{attack:<{width}}{beginning:<13}{len(group):>6}{sum(bool(one.beyond) for one in group):>8}"
        f"{(worst := max(group, key=_badness)).ahead:>13.0f}{worst.allowed:>9.0f}{worst.error:>13.1f}"
        f"{worst.today:>11.0f}  {worst.cell.name}"
        for (attack, beginning), group in ranked[:rows]
    ]
    return "\n".join((head, *lines))


def _badness(one: Judgement) -> tuple[bool, float]:
    return bool(one.beyond), max(one.ahead / (one.allowed or 1.0), one.error / EXACT / 1000)


def summary(judgements: list[Judgement]) -> str:
    """Return how many cells keep the promise, by beginning, and the verdict."""
    lines = []
    for beginning in BEGINNINGS:
        group = [one for one in judgements if one.cell.beginning == beginning]
        if group:
            kept = sum(not one.beyond for one in group)
            lines.append(f"{beginning:<13}{kept:>6} of {len(group):>6} cells as promised")
    beyond = sum(bool(one.beyond) for one in judgements)
    lines.append(f"{beyond} of {len(judgements)} cells are beyond the promise" if beyond else "the promise holds")
    return "\n".join(lines)
