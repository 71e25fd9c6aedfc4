"""A picture's folder is complete in itself, and its numbers are computed without the library that draws them."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import thalweg.pictures
from thalweg.charts.illustration import Illustration
from thalweg.forecast.watch import Silence
from thalweg.messages import LANGUAGES, catalogue
from thalweg.options import Options
from thalweg.pictures import PICTURES
from thalweg.pictures.registry import examples_of, illustration_of, options_of, study_of, views_of

ROOM = Path(thalweg.pictures.__file__).parent
DRAWS = ("altair", "vl_convert")
SHARED_CHARTS = {"curve_axes", "feature_names"}  # of pictures/shared: what charts share


def modules_of_studies():
    """Every module of the pictures but those that draw."""
    for file in sorted(ROOM.rglob("*.py")):
        name = file.stem
        draws = name.endswith("chart") or name in {"panel", "panels", "layout", "sentences", "registry", *SHARED_CHARTS}
        if not draws:
            parts = [*file.relative_to(ROOM).with_suffix("").parts]
            yield ".".join(["thalweg.pictures", *(part for part in parts if part != "__init__")])


def test_the_studies_are_found():
    modules = set(modules_of_studies())
    for name in PICTURES:
        assert {f"thalweg.pictures.{name}.{part}" for part in ("options", "study")} <= modules
    assert {
        "thalweg.pictures.surface.loss_surface",
        "thalweg.pictures.surface.unknowns",
        "thalweg.pictures.surface.curve_study",
        "thalweg.pictures.pieces.neurons_study",
        "thalweg.pictures.lags.rhythm",
        "thalweg.pictures.shared.fitted_rung",
    } <= modules


def test_no_study_loads_what_draws():
    code = f"""
import importlib, json, sys
loaded = {{}}
for module in {list(modules_of_studies())}:
    importlib.import_module(module)
    loaded[module] = [name for name in {DRAWS} if name in sys.modules]
print(json.dumps(loaded))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {module: names for module, names in json.loads(done.stdout).items() if names} == {}


def test_no_study_imports_a_chart_even_within_a_function():
    for module in modules_of_studies():
        file = ROOM.joinpath(*module.split(".")[2:])
        file = file / "__init__.py" if file.is_dir() else file.with_suffix(".py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert name.split(".")[0] not in DRAWS, module
                assert not name.startswith(("thalweg.charts.style", "thalweg.charts.drawing")), module
                assert not name.endswith("chart"), module


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_s_folder_holds_all_of_it(name):
    files = {file.name for file in (ROOM / name).iterdir()}
    assert {"__init__.py", "options.py", "study.py", "chart.py", "en.toml", "zh.toml"} <= files
    assert examples_of(name)
    assert all(example.startswith(f"thalweg look {name}") for example in examples_of(name))
    for language in LANGUAGES:
        keys = catalogue(language).templates
        assert {f"look.{name}.line", f"look.{name}.help"} <= set(keys)
        assert all(f"look.{name}.view.{view}" in keys for view in views_of(name) if view)


def test_another_picture_needs_its_folder_and_its_name(tmp_path, monkeypatch):
    folder = tmp_path / "lines"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "options.py").write_text(
        "from dataclasses import dataclass\n"
        "from thalweg.options import Options, WholeNumber, option\n"
        "EXAMPLES = ('thalweg look lines',)\n"
        "@dataclass(frozen=True, kw_only=True)\n"
        "class LinesOptions(Options):\n"
        "    words = 'lines'\n"
        "    count: int = option(2, WholeNumber(1, 9))\n"
        "VIEWS = {'': LinesOptions}\n"
    )
    (folder / "study.py").write_text("def lines_study(source, options, watcher):\n    return options.count\n")
    (folder / "chart.py").write_text(
        "import altair as alt\n"
        "from thalweg.charts.illustration import Illustration\n"
        "from thalweg.charts.style import dress, layered\n"
        "def lines_illustration(study, language='en'):\n"
        "    chart = layered(alt.Chart(alt.Data(values=[{'x': study}])).mark_point().encode(x='x:Q'))\n"
        "    return Illustration('lines', language, dress(chart, f'{study} lines', ''), {}, ())\n"
    )
    monkeypatch.setattr(thalweg.pictures, "__path__", [*thalweg.pictures.__path__, str(tmp_path)])
    monkeypatch.setattr("thalweg.pictures.registry.PICTURES", (*PICTURES, "lines"))
    options = options_of("lines", None, {"count": 3})
    assert isinstance(options, Options)
    made = illustration_of("lines", study_of("lines", None, options, Silence()), "en")
    assert isinstance(made, Illustration)
    assert made.title == "3 lines"
