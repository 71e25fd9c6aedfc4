"""One picture of the glass box as a Python user holds it: to show, to save, to read as numbers."""

from __future__ import annotations

import base64
import inspect
import json
from dataclasses import dataclass
from html import escape
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import vl_convert

from thalweg.errors import InputError
from thalweg.files import write_whole
from thalweg.look.look import words_of
from thalweg.look.names import PICTURES
from thalweg.look.style import VEGA_LITE
from thalweg.messages import catalogue
from thalweg.report.drawn import picture, scripts, surroundings, template
from thalweg.report.tables import Table

if TYPE_CHECKING:
    import altair as alt

    from thalweg.forecast.study.source import Source
    from thalweg.forecast.watch import Watcher
    from thalweg.look.look import Look, Numbers

KINDS = (".html", ".svg", ".png", ".json")
PNG_SCALE = 1.5  # pixels a unit: sharp enough on paper


@dataclass(frozen=True, eq=False)
class Seen:
    """What `see` returns; in a notebook it shows its picture.

    Attributes
    ----------
    look : Look
        The picture, its numbers and its words.
    study : object
        What it was made of: the results as plain records, see `thalweg.forecast.study`.
    """

    look: Look
    study: Any

    @property
    def chart(self) -> alt.LayerChart | alt.HConcatChart | alt.VConcatChart:
        """The Altair chart."""
        return self.look.chart

    @property
    def tables(self) -> dict[str, Numbers]:
        """The numbers, by name, the most important table first."""
        return dict(self.look.tables)

    def save(self, path: str | Path) -> None:
        """Write the picture: ``.html`` (a page that needs no network), ``.svg``, ``.png`` or ``.json`` (Vega-Lite).

        Raises
        ------
        InputError
            If the name ends otherwise, or the file cannot be written.
        """
        path = Path(path)
        write_whole(path, drawn(self.look, kind_of(path)))

    def __str__(self) -> str:
        return "\n".join([self.look.title, *self.look.said])

    def __repr__(self) -> str:
        return f"<Seen {self.look.name!r}: {self.look.title}>"

    def _repr_html_(self) -> str:
        image = base64.b64encode(drawn(self.look, ".svg")).decode()
        said = "".join(f"<p>{escape(sentence)}</p>" for sentence in self.look.said)
        alt = escape(self.look.title)
        return f'<div><img alt="{alt}" style="max-width:100%" src="data:image/svg+xml;base64,{image}">{said}</div>'


def see(
    name: str,
    source: Source = None,
    *,
    language: str = "en",
    watcher: Watcher | None = None,
    **options: Any,  # noqa: ANN401 - each picture has its own
) -> Seen:
    """Look into the glass box.

    Parameters
    ----------
    name : str
        Which picture: one of `thalweg.look.names.PICTURES`; ``thalweg look`` tells them in a line each.
    source : Series or Model, optional
        The days to look at, as `thalweg.read` returns them, or for some pictures a saved model; without any the
        lecture's toy, or a simulated channel.
    language : str
        ``en`` or ``zh``.
    watcher : Watcher, optional
        Told of the progress, where a picture takes long.
    **options
        Those of the picture: the options of its command, such as ``days_back=28``.

    Returns
    -------
    Seen

    Raises
    ------
    InputError
        If there is no such picture, or it cannot be made of these days with these options.
    ValueError
        If there is no such language.
    """
    catalogue(language)
    if name not in PICTURES:
        raise InputError(f"There is no picture {name!r}. Choose one of {', '.join(PICTURES)}.")
    make = getattr(import_module(f"thalweg.forecast.study.{name}"), f"{name}_study")
    accepted = inspect.signature(make).parameters
    for option in options:
        if option not in accepted:
            raise InputError(f"{name} has no option {option!r}. Its options are {', '.join(list(accepted)[1:])}.")
    watched = {"watcher": watcher} if "watcher" in accepted else {}
    study = make(source, **options, **watched)
    return Seen(looked_at(name, study, language), study)


def looked_at(name: str, study: Any, language: str) -> Look:  # noqa: ANN401 - each picture has its own kind
    """Return the look of a picture at its study."""
    return getattr(import_module(f"thalweg.look.{name}"), f"{name}_look")(study, language)


def kind_of(path: Path) -> str:
    """Return what kind of file a name asks for.

    Raises
    ------
    InputError
        If it is none of `KINDS`.
    """
    kind = path.suffix.lower()
    if kind not in KINDS:
        raise InputError(f"{path} ends in {kind or 'nothing'}; a picture is written as {', '.join(KINDS)}.")
    return kind


def drawn(look: Look, kind: str) -> bytes:
    """Return the picture as a file of a kind."""
    spec = look.described
    match kind:
        case ".svg":
            # An image is read aloud by its title: a sentence for every mark would double the file.
            plain = spec | {"config": spec["config"] | {"aria": False}}
            return vl_convert.vegalite_to_svg(plain, vl_version=VEGA_LITE).encode()
        case ".png":
            return vl_convert.vegalite_to_png(spec, vl_version=VEGA_LITE, scale=PNG_SCALE)
        case ".json":
            return json.dumps(spec, ensure_ascii=False).encode()
        case _:
            return _page(look).encode()


def tables_of(look: Look) -> list[Table]:
    """Return the tables that a person reads, in words."""
    tables: list[Table] = []
    for name in look.shown:
        heads, rows, words = words_of(look, name)
        tables.append(Table("", [(head, "") for head in heads], rows, words=words))
    return tables


def _page(look: Look) -> str:
    tell = catalogue(look.language)
    return template("look.html.jinja").render(
        **surroundings(tell),
        name=look.name,
        line=tell(f"look.{look.name}.line"),
        picture=picture(look.name, look.described),
        said=look.said,
        tables=tables_of(look),
        questions=look.questions(),
        scripts=scripts(),
    )
