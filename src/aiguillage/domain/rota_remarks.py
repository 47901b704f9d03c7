"""What is said of rotas that are entered: they are accepted, but may not do what was meant."""

from collections.abc import Iterator, Mapping, Sequence

from aiguillage.domain.beside import ByKind
from aiguillage.domain.overlaps import MOST_GAP, WEEKDAYS, clock
from aiguillage.domain.remarks import MOST_REMARKS, Remark
from aiguillage.domain.rotas import Override, Rota, Window
from aiguillage.domain.wallclock import DAY, WEEK, clock_span

_OVERLAP = "The overrides of {first} and {second} overlap from {since} to {until}"
GAP, BOTH, MORE = SENTENCES = (
    "No layer's window holds on {day} from {since} to {until}. Unless that is meant, let the earlier end at {until}.",
    f"{_OVERLAP}: the one that is later in the list wins, {{winner}}'s.",
    "{count} more overrides overlap others. List the overrides, and remove those that are not meant.",
)


def on_rotas(rotas: Mapping[int, Rota], by_kind: ByKind) -> dict[int, list[Remark]]:  # noqa: ARG001 - as all have it
    """What is worth a remark of each of some rotas that are kept, by id."""
    return {rota_id: [*_gaps(rota), *_overlaps(rota.overrides)] for rota_id, rota in rotas.items()}


def _gaps(rota: Rota) -> Iterator[Remark]:
    """The small gaps between the windows of all layers, if there is no layer without windows."""
    if not all(layer.windows for layer in rota.layers):
        return
    reached = None
    for begin, end in sorted(_week([window for layer in rota.layers for window in layer.windows])):
        if reached is not None and 0 < begin - reached <= MOST_GAP and 0 <= reached < WEEK:
            words = {"day": WEEKDAYS[reached // DAY], "since": clock(reached), "until": clock(begin)}
            yield Remark(GAP, words)
        reached = end if reached is None else max(reached, end)


def _week(windows: Sequence[Window]) -> Iterator[tuple[int, int]]:
    """From when to when windows are set, since Monday 00:00, those of last week and of next week beside them."""
    for window in windows:
        begin, end = clock_span(window.start_time, window.end_time)
        midnight = (window.day_of_week - 1) * DAY
        yield from ((midnight + begin + shift, midnight + end + shift) for shift in (-WEEK, 0, WEEK))


def _overlaps(overrides: Sequence[Override]) -> Iterator[Remark]:
    """Overrides of different members that hold at once: each beside the one before it that goes on the longest."""
    found, longest = 0, None
    for place, override in sorted(enumerate(overrides), key=lambda one: one[1].begins):
        if longest is not None and override.begins < longest[1].ends and override.member != longest[1].member:
            found += 1
            if found <= MOST_REMARKS:
                yield _both(longest, (place, override))
        if longest is None or override.ends > longest[1].ends:
            longest = place, override
    if found > MOST_REMARKS:
        yield Remark(MORE, {"count": str(found - MOST_REMARKS)})


def _both(one: tuple[int, Override], other: tuple[int, Override]) -> Remark:
    until = min(one[1].ends, other[1].ends)
    winner = max(one, other, key=lambda placed: placed[0])[1].member
    words = {"first": one[1].member, "second": other[1].member, "winner": winner}
    return Remark(BOTH, words | {"since": f"{other[1].begins:%Y-%m-%d %H:%M}", "until": f"{until:%Y-%m-%d %H:%M}"})
