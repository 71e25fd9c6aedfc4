"""Finds the options, the study and the chart of a picture in the folder that has its name."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from thalweg.errors import InputError
from thalweg.pictures import OF_DAYS, OF_MANY, PICTURES
from thalweg.series.frequency.record import DAILY
from thalweg.series.frequency.words import words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from thalweg.charts.illustration import Illustration
    from thalweg.forecast.panel.model import PanelModel
    from thalweg.forecast.watch import Watcher
    from thalweg.options import Options
    from thalweg.pictures.shared.source import Source
    from thalweg.series.series import Series


def views_of(name: str) -> Mapping[str, type[Options]]:
    """Return the record of options of each view of a picture, the default view first.

    A picture without views has one record, under the name ``""``.

    Raises
    ------
    InputError
        If there is no such picture.
    """
    if name not in PICTURES:
        raise InputError("picture.unknown", name=name, names=PICTURES)
    return import_module(f"thalweg.pictures.{name}.options").VIEWS


def examples_of(name: str) -> tuple[str, ...]:
    """Return commands that make the picture, for the command's help."""
    return import_module(f"thalweg.pictures.{name}.options").EXAMPLES


def options_of(name: str, view: str | None, given: Mapping[str, Any]) -> Options:
    """Return the record of a view's options.

    Parameters
    ----------
    name : str
        The picture.
    view : str, optional
        The view; by default the first.
    given : mapping
        The options, by name.

    Raises
    ------
    InputError
        If there is no such picture, view or option, or an option does not take its value.
    """
    views = views_of(name)
    default = next(iter(views))
    chosen = default if view is None else view
    if chosen not in views:
        if default == "":
            raise InputError("picture.no_views", name=name, view=chosen)
        raise InputError("picture.view", name=name, view=chosen, views=tuple(views))
    record, called = views[chosen], f"{name} {chosen}".strip()
    if given and not record.declared():
        raise InputError("picture.no_options", called=called, names=tuple(given))
    return record.of(given, called)


def study_of(name: str, source: Source | PanelModel, options: Options, watcher: Watcher) -> Any:  # noqa: ANN401 - each has its own
    """Compute the numbers of a picture.

    Raises
    ------
    InputError
        If the picture cannot be made of this source with these options.
    """
    from thalweg.forecast.model import Model  # noqa: PLC0415 - the command's help does not need it
    from thalweg.forecast.panel.model import PanelModel  # noqa: PLC0415 - likewise
    from thalweg.series.series import Series  # noqa: PLC0415 - likewise

    if isinstance(source, PanelModel):
        if name != OF_MANY:
            raise InputError("picture.of_many", picture=name, served=OF_MANY, count=len(source.panel))
        study = import_module(f"thalweg.pictures.{name}.study")
        return study.panel_why_study(source, options.settled(source.panel.frequency, None))
    frequency = source.days.frequency if isinstance(source, Model) else source.frequency if source else DAILY
    if name in OF_DAYS and not frequency.by_day:
        others = tuple(other for other in PICTURES if other not in OF_DAYS)
        raise InputError("picture.daily_only", picture=name, names=others, **words_of(frequency))
    options = options.settled(frequency, _most(source) if isinstance(source, Series) else None)
    return getattr(import_module(f"thalweg.pictures.{name}.study"), f"{name}_study")(source, options, watcher)


def _most(series: Series) -> dict[str, int]:
    """Return the most lags that a function of a series can have."""
    from thalweg.forecast.rung import SHARE_LOOKED_BACK  # noqa: PLC0415 - the command's help does not need it
    from thalweg.series.split import split_by_date  # noqa: PLC0415 - likewise

    return {"days_back": max(split_by_date(series).train // SHARE_LOOKED_BACK, 1)}


def illustration_of(name: str, study: Any, language: str) -> Illustration:  # noqa: ANN401 - each picture has its own
    """Return the chart of a study, with its tables and sentences."""
    return getattr(import_module(f"thalweg.pictures.{name}.chart"), f"{name}_illustration")(study, language)
