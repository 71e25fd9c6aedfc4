"""`thalweg update`: take new values into a model that was saved, without a new climb."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

import typer

from thalweg.cli.arguments import Flag, Position
from thalweg.cli.options import Json, Lang
from thalweg.cli.predict import model_file, newer_options
from thalweg.errors import InputError
from thalweg.files import check_writable
from thalweg.forecast.belonging import MODEL_FILE
from thalweg.messages import Argument
from thalweg.options import Options, WholeNumber, option, switch
from thalweg.series.read.options import ColumnOptions

if TYPE_CHECKING:
    from thalweg.forecast.model import Model


@dataclass(frozen=True, kw_only=True)
class UpdateOptions(Options):
    """How a model is updated."""

    words: ClassVar[str] = "update"

    keep_last: bool = switch()
    threads: int | None = option(None, WholeNumber(1))


def update(
    model: Annotated[Path, Position()],
    file: Annotated[str, Position()],
    *,
    options: UpdateOptions,
    reading: ColumnOptions,
    out: Annotated[Path | None, Flag("--out", "FILE.thalweg")] = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Update a model; the help stands in the catalogues."""
    import json
    from dataclasses import replace

    from rich.console import Console

    from thalweg.checksummed import is_of
    from thalweg.cli.given import file_of
    from thalweg.cli.terminal import print_forecast, print_recent, print_series
    from thalweg.forecast.belonging import stamp_of
    from thalweg.forecast.export import forecast_rows, plain
    from thalweg.forecast.model import load
    from thalweg.forecast.panel.model import PANEL_MODEL
    from thalweg.forecast.update import updated
    from thalweg.messages import catalogue
    from thalweg.series.read import read_with

    model = model_file(model, file)
    target = _checked_out(out, model)
    if is_of(PANEL_MODEL, model):
        from thalweg.cli.predict_many import update_many

        update_many(
            model, file, reading, target,
            keep_last=options.keep_last, threads=options.threads, lang=lang, as_json=as_json,
        )  # fmt: skip
        return
    translate = catalogue(lang, command=True)
    loaded = load(model)
    with file_of(file, translate, reading.since) as path:
        series = read_with(path, newer_options(loaded, reading))
    recent = loaded.recent(series, keep_last=options.keep_last)
    made = updated(loaded, series, options.threads, keep_last=options.keep_last)
    made = replace(made, lineage=(*loaded.lineage, stamp_of(model.read_bytes())))
    days = made.predict()
    _write(made, target)
    if as_json:
        told = {
            "version": 1,
            "model": {"file": str(target), "value": made.name, "chosen": made.chosen, "last_day": made.days.dates[-1]},
            "new": 0 if recent is None else recent.days,
            "recent": recent and {"loss": recent.loss, "expected": recent.expected, "worse": recent.worse},
            "notes": [translate(note) for note in (*series.notes, *made.notes)],
            "forecast": forecast_rows(days),
        }
        typer.echo(json.dumps(plain(told), ensure_ascii=False, allow_nan=False))
        return
    console = Console(markup=False, highlight=False, emoji=False)
    print_series(console, replace(series, notes=(*made.notes, *series.notes)), translate)
    print_recent(console, recent, made.days.frequency, translate)
    console.print()
    print_forecast(console, days, made.days, translate, made.calendar)
    console.print()
    console.print(translate("cli.updated", file=target))


def _checked_out(out: Path | None, model: Path) -> Path:
    """Return where the model goes; refuse, before the work, a place that it cannot be written to."""
    target = model if out is None else out
    if out is not None and out.suffix != Path(MODEL_FILE).suffix:
        raise InputError("update.not_a_model", argument=Argument("out", out))
    if not target.parent.is_dir():
        raise InputError("picture.no_folder", argument=Argument("out", target), folder=target.parent)
    if target.is_dir():
        raise InputError("picture.is_a_folder", path=target, option=Argument("out"))
    check_writable(target.parent)
    return target


def _write(model: Model, target: Path) -> None:
    """Write the model, and a forecast that lies beside it anew."""
    from thalweg.files import write_whole
    from thalweg.forecast.belonging import stamp_of
    from thalweg.forecast.export import forecast_csv
    from thalweg.forecast.store.file import pack
    from thalweg.forecast.tables import naming_of

    content = pack(model)
    write_whole(target, content)
    beside = target.with_name("forecast.csv")
    if target.name == MODEL_FILE and beside.is_file():
        with beside.open(encoding="utf-8", errors="replace") as file:
            naming = naming_of(file.readline().strip().split(","))
        write_whole(beside, forecast_csv(model.predict(), model.days.values, stamp_of(content), naming, model.name))
