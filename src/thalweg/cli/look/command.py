"""A picture's command: its own options, those that all pictures share, and what becomes of the picture."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from thalweg.cli.options import OUTPUT, DateColumn, DateFormat, DuplicateRule, Json, Lang, ValueColumn
from thalweg.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from thalweg.cli.options import Duplicates
    from thalweg.forecast.study.source import Source
    from thalweg.report.seen import Seen

File = Annotated[
    Path | None,
    typer.Argument(
        metavar="[FILE]",
        help="Daily numbers, CSV or Parquet; for some pictures also a model.thalweg. Without it: a toy.",
        show_default=False,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FILE",
        help="Where the picture goes: .html, .svg, .png or .json (Vega-Lite). By default NAME-PICTURE.html, here.",
        rich_help_panel=OUTPUT,
    ),
]
Csv = Annotated[
    bool, typer.Option("--csv", help="Print a table as CSV instead, and nothing else.", rich_help_panel=OUTPUT)
]
TableName = Annotated[
    str | None,
    typer.Option("--table", metavar="NAME", help="Which table --csv prints; else the first.", rich_help_panel=OUTPUT),
]
MODEL = ".thalweg"
GENERATOR = b'name="generator" content="thalweg'  # what stands at the head of our own pages


def command_of(declared: Callable[..., None]) -> Callable[..., None]:
    """Return the command of a picture.

    Parameters
    ----------
    declared : callable
        Its name is the picture's, its docstring the help; its keywords are the options, and those of the study.
    """
    own = list(inspect.signature(declared, eval_str=True).parameters.values())
    first, *shared = inspect.signature(_shared, eval_str=True).parameters.values()

    def command(**given: Any) -> None:  # noqa: ANN401 - Typer has checked them
        options = {parameter.name: given.pop(parameter.name) for parameter in own}
        _show(declared.__name__, options, **given)

    parameters = [each.replace(kind=inspect.Parameter.POSITIONAL_OR_KEYWORD) for each in (first, *own, *shared)]
    vars(command)["__signature__"] = inspect.Signature(parameters)
    command.__annotations__ = {each.name: each.annotation for each in parameters}
    command.__name__, command.__doc__ = declared.__name__, declared.__doc__
    return command


def _shared(
    file: File = None,
    date: DateColumn = None,
    value: ValueColumn = None,
    date_format: DateFormat = None,
    duplicates: DuplicateRule = None,
    out: Out = None,
    lang: Lang = "en",
    as_json: Json = False,
    as_csv: Csv = False,
    table: TableName = None,
) -> None:
    """Declare what all pictures share."""


def _show(
    name: str,
    options: dict[str, Any],
    *,
    file: Path | None,
    date: str | None,
    value: str | None,
    date_format: str | None,
    duplicates: Duplicates | None,
    out: Path | None,
    lang: str,
    as_json: bool,
    as_csv: bool,
    table: str | None,
) -> None:
    """Make the picture, tell it and write it."""
    import json

    from rich.console import Console

    from thalweg.cli.progress import Climb
    from thalweg.messages import catalogue
    from thalweg.report.seen import see

    quiet = as_json or as_csv
    if as_json and as_csv:
        raise InputError("--json and --csv both print to the same place. Choose one of them.")
    if table is not None and not as_csv:
        raise InputError(f"--table {table}: it says which table --csv prints. Add --csv.")
    target = out or (None if quiet else Path(f"{file.stem if file else 'look'}-{name}.html"))
    if target is not None:
        _check(target, named=out is not None)
    source = _source(file, date=date, value=value, date_format=date_format, duplicates=duplicates)
    say = catalogue(lang)
    console = Console(markup=False, highlight=False, emoji=False, quiet=quiet)
    with Climb(Console(stderr=True) if quiet else console, say) as watcher:
        watcher.stage("look", None)
        seen = see(name, source, language=lang, watcher=watcher, **options)
        if target is not None:
            seen.save(target)
    if as_json:
        typer.echo(json.dumps(seen.look.as_json(), ensure_ascii=False, allow_nan=False))
    elif as_csv:
        typer.echo(_table(seen, table), nl=False)
    else:
        _tell(console, seen, target)


def _source(file: Path | None, **reading: Any) -> Source:  # noqa: ANN401 - those of `thalweg.read`
    import thalweg

    if file is None:
        return None
    return thalweg.load(file) if file.suffix == MODEL else thalweg.read(file, **reading)


def _check(target: Path, *, named: bool) -> None:
    """Refuse, before the work, a place that cannot be written to, or a foreign file by a name that nobody gave."""
    from thalweg.files import check_writable
    from thalweg.report.seen import kind_of

    kind_of(target)
    if not target.parent.is_dir():
        raise InputError(f"--out {target}: there is no folder {target.parent}. Make it, or name another place.")
    check_writable(target.parent)
    if target.is_dir():
        raise InputError(f"{target} is a folder. Name a file with --out.")
    if not named and target.exists() and GENERATOR not in target.read_bytes()[:2000]:
        raise InputError(f"{target} is there already and not a page of thalweg's. Name another file with --out.")


def _table(seen: Seen, name: str | None) -> str:
    tables = seen.tables
    if name is not None and name not in tables:
        raise InputError(f"--table {name}: there is no such table. Choose one of {', '.join(tables)}.")
    return (tables[name] if name else next(iter(tables.values()))).csv().decode()


def _tell(console: Any, seen: Seen, target: Path | None) -> None:  # noqa: ANN401 - Rich loads when a command runs
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from thalweg.cli.sentence import Sentence
    from thalweg.messages import catalogue
    from thalweg.report.seen import tables_of

    look, say = seen.look, catalogue(seen.look.language)
    console.print(Sentence(look.title), style="bold")
    console.print(Sentence(look.subtitle), style="dim")
    for one in tables_of(look):
        laid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
        for at, (head, _) in enumerate(one.head):
            side = "left" if at in one.words else "right"
            laid.add_column(Text(head, justify=side), justify=side, overflow="fold")
        for row in one.rows:
            laid.add_row(*map(Text, row))
        console.print()
        console.print(laid)
    console.print()
    for sentence in look.said:
        console.print(Sentence(sentence))
    if target is not None:
        console.print(say("look.written", file=target))
    if target is not None and target.suffix == ".html" and look.asked:
        asked = " ".join(question for question, _ in look.questions())
        console.print(Sentence(say("look.answers", questions=asked)), style="dim")
