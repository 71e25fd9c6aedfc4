"""One picture for a Python user, who can show it, save it and read its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thalweg.api.progress import watching
from thalweg.checksummed import is_of
from thalweg.errors import InputError
from thalweg.files import write_whole
from thalweg.forecast.model import Model, load
from thalweg.forecast.panel.model import PANEL_MODEL, PanelModel, load_panel
from thalweg.forecast.watch import Silence
from thalweg.messages import Argument, catalogue
from thalweg.pictures.registry import illustration_of, options_of, study_of
from thalweg.report.picture import kind_of, rendered
from thalweg.series.frames import frame_of
from thalweg.series.read.given import series_of

if TYPE_CHECKING:
    import altair as alt

    from thalweg.charts.illustration import Illustration, Numbers
    from thalweg.forecast.watch import Watcher
    from thalweg.options import Options
    from thalweg.pictures.shared.source import Source


MODEL_SUFFIX = ".thalweg"


@dataclass(frozen=True, eq=False)
class Picture:
    """What `look` returns; in a notebook it shows itself.

    Attributes
    ----------
    illustration : Illustration
        The chart, its numbers and its sentences.
    study : object
        The numbers that it was made of, as a plain record; each picture has its own.
    """

    illustration: Illustration
    study: Any

    @property
    def chart(self) -> alt.LayerChart | alt.HConcatChart | alt.VConcatChart:
        """The Altair chart."""
        return self.illustration.chart

    @property
    def tables(self) -> dict[str, Numbers]:
        """The numbers, by name, the most important table first."""
        return dict(self.illustration.tables)

    def save(self, path: str | Path) -> None:
        """Write the picture: ``.html`` (a page that needs no network), ``.svg``, ``.png`` or ``.json`` (Vega-Lite).

        Raises
        ------
        InputError
            If the name ends otherwise, or the file cannot be written.
        """
        path = Path(path)
        write_whole(path, rendered(self.illustration, kind_of(path)))

    def to_frame(self, table: str | None = None, *, backend: str | None = None) -> Any:  # noqa: ANN401 - theirs
        """Return one of the tables as a frame, by default the first.

        Parameters
        ----------
        table : str, optional
            A name of `tables`.
        backend : str, optional
            ``pandas``, ``polars`` or ``pyarrow``; by default what is loaded, or else installed.

        Raises
        ------
        InputError
            If there is no such table or library.
        """
        tables = self.tables
        if table is not None and table not in tables:
            raise InputError("picture.no_table", argument=Argument("table", table), names=tuple(tables))
        columns = (tables[table] if table else next(iter(tables.values()))).columns
        return frame_of(columns, backend)

    def plot(self) -> alt.LayerChart | alt.HConcatChart | alt.VConcatChart:
        """Return the Altair chart, as results do."""
        return self.chart

    def __str__(self) -> str:
        return "\n".join([self.illustration.title, *self.illustration.sentences])

    def __repr__(self) -> str:
        return f"<Picture {self.illustration.name!r}: {self.illustration.title}>"

    def _repr_html_(self) -> str:
        from thalweg.api.notebook import illustration_html  # noqa: PLC0415 - of use in a notebook alone

        return illustration_html(self.illustration)


def look(
    name: str,
    source: Any = None,  # noqa: ANN401 - users have no type checker
    *,
    view: str | None = None,
    language: str = "en",
    watcher: Watcher | None = None,
    **options: Any,  # noqa: ANN401 - each picture has its own
) -> Picture:
    """Make a picture that shows how the function was found.

    Parameters
    ----------
    name : str
        Which picture: one of `thalweg.pictures.PICTURES`. The command ``thalweg look`` lists them with a line each.
    source : Series, Model, path or frame, optional
        A series, as `thalweg.read` returns it, or what `thalweg.read` takes; for some pictures a model, or the path of
        a saved one. A model of many series serves ``why``, with ``series=`` a name. Without a source the picture is of
        the lecture's toy or of a simulated channel.
    view : str, optional
        The view of a picture that has several, such as ``curve`` of ``surface``; by default the first.
    language : str
        ``en`` or ``zh``.
    watcher : Watcher, optional
        Receives the progress, where a picture takes long.
    **options
        The options of the view, as its command has them, such as ``days_back=28``.

    Returns
    -------
    Picture

    Raises
    ------
    InputError
        If there is no such picture or view, or it cannot be made of these days with these options.
    ValueError
        If there is no such language.
    """
    catalogue(language)
    chosen = options_of(name, view, options)
    with watching(watcher) as shown:
        return made_of(name, _source(source), chosen, language, shown)


def _source(given: Any) -> Source | PanelModel:  # noqa: ANN401 - as above
    """Return what a user gave as a picture takes it: nothing, a model, or a series."""
    if given is None or isinstance(given, (Model, PanelModel)):
        return given
    if isinstance(given, (str, Path)) and Path(given).suffix == MODEL_SUFFIX:
        return load_panel(Path(given)) if is_of(PANEL_MODEL, Path(given)) else load(given)
    return series_of(given)


def made_of(
    name: str, source: Source | PanelModel, options: Options, language: str, watcher: Watcher | None = None
) -> Picture:
    """Make a picture with a record of options; parameters and errors as of `look`."""
    study = study_of(name, source, options, watcher or Silence())
    return Picture(illustration_of(name, study, language), study)
