"""`thalweg look`: the pictures of the glass box, a command each and one for each view; the group itself lists them."""

from __future__ import annotations

import shlex
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer
from typer.core import TyperGroup

from thalweg.cli.arguments import Flag, Position, command_of
from thalweg.cli.given import looks_like_a_file
from thalweg.cli.options import Json, Lang, Language
from thalweg.errors import InputError
from thalweg.messages import Argument, Message, Whole, catalogue
from thalweg.options import Options
from thalweg.pictures import PICTURES
from thalweg.pictures.registry import examples_of, views_of
from thalweg.series.read.options import ReadOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from thalweg.api.picture import Picture
    from thalweg.forecast.panel.model import PanelModel
    from thalweg.pictures.shared.source import Source

MODEL = ".thalweg"
HELP = {"help_option_names": ["-h", "--help"]}
GENERATOR = b'name="generator" content="thalweg'  # what stands at the head of our own pages
HEAD = 2000  # bytes of a page in which that stands


class Pictures(TyperGroup):
    """A group that finds a picture's view, and helps where a name is none of its commands."""

    language: ClassVar[str] = "en"

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - Typer keeps its classes to itself
        """Find the command: of a picture with views the one named behind it, or else the usual one.

        Raises
        ------
        InputError
            If there is no such picture.
        """
        name, *rest = args
        if name.startswith("-"):
            return super().resolve_command(ctx, args)
        if name not in PICTURES:
            if looks_like_a_file(name):
                raise InputError("picture.file_first", file=name, quoted=Whole(shlex.quote(name)))
            near = get_close_matches(name, PICTURES, n=1)
            meant = Message("look.meant", {"name": near[0]}) if near else ""
            raise InputError("picture.no_picture", name=name, meant=meant)
        views = views_of(name)
        if "" in views:
            return super().resolve_command(ctx, args)
        _refuse_old_option(name, rest, views)
        view, rest = (rest[0], rest[1:]) if rest and rest[0] in views else (next(iter(views)), rest)
        return super().resolve_command(ctx, [f"{name} {view}", *rest])

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002 - as above
        """Return what the help lists: the pictures, a line each; their views stand in their own help."""
        return [f"{name} {next(iter(views_of(name)))}".strip() for name in PICTURES]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002 - as above
        """Return the command of a picture and a view. It is made when it is asked for, so that others start quickly."""
        name, _, view = cmd_name.partition(" ")
        if name not in PICTURES or view not in views_of(name):
            return None
        return _command(name, view, self.language)


def _refuse_old_option(name: str, arguments: list[str], views: Mapping[str, type[Options]]) -> None:
    """Tell whoever writes ``--view curve`` that a view is a word of its own now."""
    for at, argument in enumerate(arguments):
        option, _, value = argument.partition("=")
        if option == "--view":
            wanted = value or (arguments[at + 1] if at + 1 < len(arguments) else "")
            shown = wanted if wanted in views else next(iter(views))
            raise InputError("picture.view_option", name=name, view=shown, views=tuple(views))


def look_app(language: str) -> typer.Typer:
    """Return the group of pictures, with its help in a language."""
    translate = catalogue(language, command=True)
    made = typer.Typer(
        cls=type("Pictures", (Pictures,), {"language": language}),
        context_settings=HELP,
    )

    def pictures(
        ctx: typer.Context,
        lang: Language = typer.Option("en", "--lang", metavar="[en|zh]", help=translate("cli.help.lang")),
    ) -> None:
        if ctx.invoked_subcommand is None:
            _list(lang)

    made.callback(invoke_without_command=True, help=translate("cli.help.look.about"))(pictures)
    return made


def _list(language: str) -> None:
    translate = catalogue(language)
    wide = max(map(len, PICTURES))
    for name in PICTURES:
        typer.echo(f"{name.ljust(wide)}  {translate(f'look.{name}.line')}")
    typer.echo(f"\n{translate('look.list_next')}")


def _epilog(name: str, view: str, language: str) -> str:
    """Return the examples of a view, which its help ends with."""
    views = views_of(name)

    def is_own(example: str) -> bool:
        words = example.split()[3:4]
        named = words[0] if words and words[0] in views else next(iter(views))
        return named == view

    examples = [*filter(is_own, examples_of(name))] or [f"thalweg look {name} {view}"]
    return "\n\n".join([f"[b]{catalogue(language)('cli.examples.head')}[/b]", *examples])


def _command(name: str, view: str, language: str) -> Any:  # noqa: ANN401 - Typer keeps its classes to itself
    translate, views = catalogue(language, command=True), views_of(name)
    about = translate(f"look.{name}.help")
    if view:
        listed = "\n\n".join(f"{other}: {translate(f'look.{name}.view.{other}')}" for other in views)
        about += "\n\n" + translate("look.views", view=view, listed=listed)
    made = typer.Typer(add_completion=False, context_settings=HELP)
    declare = made.command(f"{name} {view}".strip(), help=about, epilog=_epilog(name, view, language))
    declare(_function(name, view, views[view], language))
    return typer.main.get_command(made)


def _function(name: str, view: str, record: type[Options], language: str) -> Callable[..., None]:
    def show(
        file: Annotated[str | None, Position()] = None,
        *,
        options: Options,
        reading: ReadOptions,
        out: Annotated[Path | None, Flag("--out", "FILE")] = None,
        lang: Lang = "en",
        as_json: Json = False,
        as_csv: Annotated[bool, Flag("--csv")] = False,
        table: Annotated[str | None, Flag("--table", "NAME")] = None,
    ) -> None:
        quiet = as_json or as_csv
        if as_json and as_csv:
            raise InputError("picture.json_and_csv", first=Argument("json"), second=Argument("csv"))
        if table is not None and not as_csv:
            raise InputError("picture.table_without_csv", argument=Argument("table", table), option=Argument("csv"))
        target = out or (None if quiet else Path(f"{_stem(file) if file else 'look'}-{name}.html"))
        if target is not None:
            _check(target, named=out is not None)
        picture = _made(name, file, reading, options, target, lang, quiet=quiet)
        if as_json:
            _print_json(picture, view)
        elif as_csv:
            typer.echo(_table(picture, table), nl=False)
        else:
            _print(picture, target)

    return command_of(show, "look", language, {"options": record})


def _made(
    name: str,
    file: str | None,
    reading: ReadOptions,
    options: Options,
    target: Path | None,
    language: str,
    *,
    quiet: bool,
) -> Picture:
    """Make the picture and write it."""
    from rich.console import Console

    from thalweg.api.picture import made_of
    from thalweg.cli.progress import LadderProgress

    source = _source(file, reading, language)
    with LadderProgress(Console(stderr=True) if quiet else _console(), catalogue(language)) as watcher:
        watcher.stage("look", None)
        picture = made_of(name, source, options, language, watcher)
        if target is not None:
            picture.save(target)
    return picture


def _console() -> Any:  # noqa: ANN401 - Rich loads when a command runs
    from rich.console import Console

    return Console(markup=False, highlight=False, emoji=False)


def _stem(file: str) -> str:
    """Return the first part of a picture's name; an address may end in a query."""
    from urllib.parse import unquote, urlsplit

    from thalweg.cli.given import ARTICLE, STDIN, STDIN_NAME
    from thalweg.cli.pageviews import Article

    if file == STDIN:
        return STDIN_NAME
    if file.startswith(ARTICLE):
        return Path(Article.of(file).file_name).stem
    return Path(unquote(urlsplit(file).path) if "://" in file else file).stem or "look"


def _source(file: str | None, reading: ReadOptions, language: str) -> Source | PanelModel:
    from thalweg.checksummed import is_of
    from thalweg.cli.given import file_of
    from thalweg.forecast.model import load
    from thalweg.forecast.panel.model import PANEL_MODEL, load_panel
    from thalweg.series.read import read_with

    if file is None:
        return None
    translate = catalogue(language, command=True)
    with file_of(file, translate, reading.since) as path:
        if path.suffix != MODEL:
            return read_with(path, reading)
        if is_of(PANEL_MODEL, path):
            return load_panel(path)
        model = load(path)
    for note in model.notes:
        typer.echo(translate(note), err=True)
    return model


def _check(target: Path, *, named: bool) -> None:
    """Refuse, before the work, a place that cannot be written to, or a foreign file by a name that nobody gave."""
    from thalweg.files import check_writable
    from thalweg.report.picture import kind_of

    kind_of(target)
    if not target.parent.is_dir():
        raise InputError("picture.no_folder", argument=Argument("out", target), folder=target.parent)
    if target.is_dir():
        raise InputError("picture.is_a_folder", path=target, option=Argument("out"))
    check_writable(target.parent, (target.name,))
    if not named and target.exists() and GENERATOR not in target.read_bytes()[:HEAD]:
        raise InputError("picture.foreign_file", path=target, option=Argument("out"))


def _print_json(picture: Picture, view: str) -> None:
    import json

    content = picture.illustration.as_json()
    first = {"version": 1, "look": content.pop("look")} | ({"view": view} if view else {})
    typer.echo(json.dumps(first | content, ensure_ascii=False, allow_nan=False))


def _table(picture: Picture, name: str | None) -> str:
    tables = picture.tables
    if name is not None and name not in tables:
        raise InputError("picture.no_table", argument=Argument("table", name), names=tuple(tables))
    return (tables[name] if name else next(iter(tables.values()))).csv().decode()


def _print(picture: Picture, target: Path | None) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from thalweg.cli.wrap import Sentence
    from thalweg.report.picture import tables_of

    console, illustration = _console(), picture.illustration
    translate = catalogue(illustration.language)
    console.print(Sentence(illustration.title), style="bold")
    console.print(Sentence(illustration.subtitle), style="dim")
    for one in tables_of(illustration):
        laid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
        for at, (head, _) in enumerate(one.head):
            side = "left" if at in one.words else "right"
            laid.add_column(Text(head, justify=side), justify=side, overflow="fold")
        for row in one.rows:
            laid.add_row(*map(Text, row))
        console.print()
        console.print(laid)
    console.print()
    for sentence in illustration.sentences:
        console.print(Sentence(sentence))
    if target is not None:
        console.print(translate("look.written", file=target))
    if target is not None and target.suffix == ".html" and illustration.asked:
        asked = " ".join(question for question, _ in illustration.questions())
        console.print(Sentence(translate("look.answers", questions=asked)), style="dim")
