"""L and L′ over depth and width, sigmoid against ReLU, deep against wide, and where overfitting begins (N7, N8, U4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from thalweg.charts.illustration import Illustration, Numbers
from thalweg.charts.numbers import number, percent, thousands
from thalweg.charts.style import dress, loss_unit
from thalweg.messages import catalogue
from thalweg.pictures.layers.compared_chart import PAIRS, compared_chart, compared_sentences, compared_title, pairs_of
from thalweg.pictures.layers.epochs_chart import epochs_chart, turn_sentence
from thalweg.pictures.layers.shapes_chart import chance_of, depth_chart
from thalweg.pictures.layers.study import LEAST_RISE_SHARE, apart

if TYPE_CHECKING:
    import altair as alt
    from numpy.typing import NDArray

    from thalweg.messages import Catalogue
    from thalweg.pictures.layers.study import LayersStudy, Shape


def layers_illustration(study: LayersStudy, language: str = "en") -> Illustration:
    """Return the illustration: `layers_chart` with its tables and sentences."""
    translate = catalogue(language)
    tables = {"shapes": _shapes(study)}
    if study.view in PAIRS:
        tables = {"pairs": pairs_of(study), **tables}
        sentences = compared_sentences(study, translate)
    else:
        tables |= {"turns": _turns(study), "epochs": _by_epoch(study)}
        followed = [shape for shape in study.groups["depth"] if shape.unseen_by_epoch.size]
        sentences = [turn_sentence(shape, study, translate) for shape in followed]
        if study.view == "depth":
            sentences = [*_depth_sentences(study, translate), *sentences, translate("look.layers.lecture")]
    tables["seeds"] = _by_seed(study)
    shown = ("pairs",) if study.view in PAIRS else ("shapes", "turns")
    return Illustration("layers", language, layers_chart(study, language), tables, tuple(sentences), shown=shown)


def layers_chart(study: LayersStudy, language: str = "en") -> alt.VConcatChart:
    """Draw the study's view.

    Parameters
    ----------
    study : LayersStudy
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    altair.VConcatChart
        In the user's units (squared for MSE).
    """
    translate = catalogue(language)
    if study.view in PAIRS:
        chart = compared_chart(study, translate)
    elif study.view == "epochs":
        chart = epochs_chart(study, translate)
    else:
        chart = depth_chart(study, translate)
    subtitle = translate(
        f"look.layers.subtitle_{'one' if study.seeds == 1 else 'several'}",
        seeds=study.seeds,
        epochs=thousands(study.epochs),
        days=study.groups[next(iter(study.groups))][0].rung.days_back,
    )
    return dress(chart, _title(study, translate), subtitle, translate.language, simulated=study.series.simulated)


def _title(study: LayersStudy, translate: Catalogue) -> str:
    if study.view in PAIRS:
        return compared_title(study, translate)
    shapes = study.groups["depth"]
    if study.view == "epochs":
        turn = shapes[-1].turn
        return translate(
            f"look.layers.title_epochs{'_one' if study.seeds == 1 else ''}",
            turned=sum(shape.turn.turned for shape in shapes),
            count=len(shapes),
            network=shapes[-1].name,
            at=turn.at,
            epochs=study.epochs,
        )
    turn, highest = study.turn_of_depth, _highest(study)
    best, last = shapes[turn.place], shapes[-1]
    peak = ""
    if turn.place < highest < len(shapes) - 1:
        unseen = number(float(shapes[highest].unseen.mean()))
        peak = translate("look.layers.peak", depth=shapes[highest].depth, unseen=unseen)
    return translate(
        f"look.layers.title_depth_{_kind(study)}",
        at=turn.at,
        last=last.depth,
        unseen=number(turn.lowest),
        unseen_last=number(turn.last),
        seen=number(float(best.seen.mean())),
        seen_last=number(float(last.seen.mean())),
        peak=peak,
    )


def _highest(study: LayersStudy) -> int:
    """Return which depth has the highest L′."""
    return int(np.argmax([shape.unseen.mean() for shape in study.groups["depth"]]))


def _kind(study: LayersStudy) -> str:
    """Compare the deepest network with that of the lowest L′; return the last part of a key.

    ``last`` where both are the same; ``one`` with a single seed each; ``chance`` where their seeds do not lie apart;
    ``little`` where L′ rises by no more than `LEAST_RISE_SHARE`; else ``overfit`` where L is lower, or ``worse`` where
    L is higher too.
    """
    turn, shapes = study.turn_of_depth, study.groups["depth"]
    best, last = shapes[turn.place], shapes[-1]
    if best is last:
        return "last"
    if study.seeds == 1:
        return "one"
    if not apart(best.unseen, last.unseen):
        return "chance"
    if not turn.turned:
        return "little"
    return "overfit" if last.seen.mean() < best.seen.mean() else "worse"


def _depth_sentences(study: LayersStudy, translate: Catalogue) -> list[str]:
    turn, shapes, single = study.turn_of_depth, study.groups["depth"], study.groups["width"]
    best, last = shapes[turn.place], shapes[-1]
    sentences = [
        translate(
            f"look.layers.depth_{_kind(study)}",
            chance=chance_of(best, last, translate),
            at=turn.at,
            last=last.depth,
            seen=number(float(best.seen.mean())),
            seen_last=number(float(last.seen.mean())),
            unseen=number(turn.lowest),
            unseen_last=number(turn.last),
            least=percent(LEAST_RISE_SHARE),
            name=loss_unit(study.loss, study.series.name, translate.language),
        )
    ]
    if len(shapes) > 2:  # noqa: PLR2004 - two are described in full
        sentences.append(
            translate(
                "look.layers.depth_all",
                depths=", ".join(str(shape.depth) for shape in shapes),
                losses=", ".join(number(float(shape.unseen.mean())) for shape in shapes),
                lowest=turn.at,
                highest=shapes[_highest(study)].depth,
            )
        )
    if len(single) > 1:
        narrow, wide = single[0], single[-1]
        sentences.append(
            translate(
                "look.layers.width",
                narrow=thousands(narrow.rung.hidden[0]),
                wide=thousands(wide.rung.hidden[0]),
                seen=number(float(narrow.seen.mean())),
                seen_last=number(float(wide.seen.mean())),
                unseen=number(float(narrow.unseen.mean())),
                unseen_last=number(float(wide.unseen.mean())),
                chance=chance_of(narrow, wide, translate),
            )
        )
    return sentences


def _all(study: LayersStudy) -> list[Shape]:
    """Return every shape once."""
    return list(dict.fromkeys(shape for group in study.groups.values() for shape in group))


def _shapes(study: LayersStudy) -> Numbers:
    shapes = _all(study)
    return Numbers(
        {
            "network": [shape.name for shape in shapes],
            "layers": [shape.depth for shape in shapes],
            "unknowns": [shape.network.size for shape in shapes],
            "seen": [float(shape.seen.mean()) for shape in shapes],
            "seen_spread": [_spread(shape.seen) for shape in shapes],
            "unseen": [float(shape.unseen.mean()) for shape in shapes],
            "unseen_spread": [_spread(shape.unseen) for shape in shapes],
        }
    )


def _spread(losses: NDArray[np.float64]) -> float:
    """Return the highest minus the lowest; NaN for a single seed."""
    return float(np.ptp(losses)) if len(losses) > 1 else float("nan")


def _turns(study: LayersStudy) -> Numbers:
    followed = [shape for shape in study.groups["depth"] if shape.unseen_by_epoch.size]
    turns = [shape.turn for shape in followed]
    return Numbers(
        {
            "network": [shape.name for shape in followed],
            "epoch": [turn.at for turn in turns],
            "seen_there": [float(s.seen_by_epoch[:, t.place].mean()) for s, t in zip(followed, turns, strict=True)],
            "unseen_there": [turn.lowest for turn in turns],
            "seen_at_end": [float(shape.seen_by_epoch[:, -1].mean()) for shape in followed],
            "unseen_at_end": [turn.last for turn in turns],
            "turned": [turn.turned for turn in turns],
        }
    )


def _by_epoch(study: LayersStudy) -> Numbers:
    followed = [shape for shape in study.groups["depth"] if shape.unseen_by_epoch.size]
    return Numbers(
        {
            "network": [shape.name for shape in followed for _ in range(study.epochs)],
            "epoch": np.tile(np.arange(1, study.epochs + 1), len(followed)),
            "seen": np.concatenate([shape.seen_by_epoch.mean(axis=0) for shape in followed]),
            "unseen": np.concatenate([shape.unseen_by_epoch.mean(axis=0) for shape in followed]),
        }
    )


def _by_seed(study: LayersStudy) -> Numbers:
    shapes = _all(study)
    return Numbers(
        {
            "network": [shape.name for shape in shapes for _ in range(study.seeds)],
            "place": [place + 1 for _ in shapes for place in range(study.seeds)],
            "seen": np.concatenate([shape.seen for shape in shapes]),
            "unseen": np.concatenate([shape.unseen for shape in shapes]),
        }
    )
