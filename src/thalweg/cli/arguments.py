"""From declarations to a command's arguments: records of options are taken apart, help comes from the catalogues."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

import typer

from thalweg.messages import catalogue
from thalweg.options import Options, Switch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from thalweg.messages import Catalogue
    from thalweg.options import Declared


@dataclass(frozen=True)
class Position:
    """An argument that is known by its place."""


@dataclass(frozen=True)
class Flag:
    """An option that belongs to the command alone, such as ``--out``.

    Attributes
    ----------
    name : str
        With its dashes.
    metavar : str
        What stands for its value in the help; none for a switch.
    panel : str
        The panel of the help that it stands in: a key ``option.panel.*``.
    """

    name: str
    metavar: str = ""
    panel: str = "output"


def command_of(
    function: Callable[..., None], name: str, language: str, records: dict[str, type[Options]] | None = None
) -> Callable[..., None]:
    """Return a function as Typer takes it.

    Parameters
    ----------
    function : callable
        Its parameters are annotated with a `Position`, a `Flag`, or a record of options. It is called with records made
        of what the user typed. One annotated with `typer.Context` is given the context of the command.
    name : str
        Where the catalogues hold the help of its own arguments: ``cli.help.NAME.ARGUMENT``, or ``cli.help.ARGUMENT``.
    language : str
        Of the help.
    records : dict, optional
        The record that stands for a parameter, where the annotation leaves it open.
    """
    own = list(inspect.signature(function, eval_str=True).parameters.values())
    taken = {
        each.name: record
        for each in own
        if (record := (records or {}).get(each.name) or each.annotation)
        and isinstance(record, type)
        and issubclass(record, Options)
    }
    translate = catalogue(language, command=True)

    def command(**given: Any) -> None:  # noqa: ANN401 - Typer hands over what was typed
        arguments = {each.name: given[each.name] for each in own if each.name not in taken}
        for parameter, record in taken.items():
            typed = {each.name: given[each.name] for each in record.declared() if given[each.name] not in (None, False)}
            typed = {name: "yes" if value is True else value for name, value in typed.items()}
            arguments[parameter] = record.of_texts(typed)
        function(**arguments)

    parameters: list[inspect.Parameter] = []
    for each in own:
        if each.annotation is typer.Context:
            parameters.append(each)
        elif each.name in taken:
            parameters += _of_record(taken[each.name], language, translate)
        else:
            parameters.append(_of_command(each, name, translate))
    vars(command)["__signature__"] = inspect.Signature(parameters)
    command.__annotations__ = {each.name: each.annotation for each in parameters}
    command.__name__ = name
    return command


def _of_record(record: type[Options], language: str, translate: Catalogue) -> Iterator[inspect.Parameter]:
    """Yield one parameter an option; each but a switch takes the text that was typed, which the record checks."""
    for each in record.declared():
        declared = typer.Option(
            "--" + each.name.rstrip("_").replace("_", "-"),  # with_ is a word of Python without its line
            metavar=each.kind.metavar or None,
            help=record.help(each.name, language, command=True),
            show_default=True if each.usual is None else each.usual.told(language),
            rich_help_panel=translate(f"option.panel.{each.panel}") if each.panel else None,
            autocompletion=_completion(each),
        )
        if isinstance(each.kind, Switch):
            yield _parameter(each.name, bool, declared, each.default)
        else:
            yield _parameter(each.name, str | None, declared, each.default_text or None)


def _completion(declared: Declared) -> Callable[[str], list[str]] | None:
    words = declared.kind.choices
    return (lambda incomplete: [word for word in words if word.startswith(incomplete)]) if words else None


def _of_command(own: inspect.Parameter, name: str, translate: Catalogue) -> inspect.Parameter:
    """Return a parameter that the command declares itself."""
    assert get_origin(own.annotation) is Annotated, f"{own.name} is annotated with a Position or a Flag"  # noqa: S101
    kind, declared = get_args(own.annotation)
    key = f"cli.help.{name}.{own.name}"
    about = translate(key if key in translate.templates else f"cli.help.{own.name}")
    if isinstance(declared, Position):
        made = typer.Argument(help=about, show_default=False)
    else:
        made = typer.Option(
            declared.name,
            metavar=declared.metavar or None,
            help=about,
            show_default=own.default not in (None, False),
            rich_help_panel=translate(f"option.panel.{declared.panel}"),
        )
    return _parameter(own.name, kind, made, own.default)


def _parameter(name: str, kind: Any, declared: Any, default: Any) -> inspect.Parameter:  # noqa: ANN401 - Typer's
    return inspect.Parameter(
        name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default, annotation=Annotated[kind, declared]
    )
