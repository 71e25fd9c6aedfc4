"""The wheel, built and installed where the source tree is not, does the whole job."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
IMPORTED_AS = {
    "vl-convert-python": "vl_convert",
    "lazy-loader": "lazy_loader",
    "jinja2": "jinja2",
    "scikit-learn": "sklearn",
    "python-calamine": "python_calamine",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--wheel-dir", str(folder), str(ROOT)], check=True)
    (file,) = folder.glob("thalweg-*.whl")
    return file


@pytest.fixture(scope="module")
def installed(tmp_path_factory, wheel):
    """A new environment with the wheel alone; its dependencies are lent by the one that runs the tests."""
    folder = tmp_path_factory.mktemp("empty")
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, str(wheel)], check=True)
    site = next((folder / "lib").glob("python3*")) / "site-packages"
    # A path in a .pth file does not bring the .pth files in it: an editable thalweg stays behind.
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    lend_compiled(ROOT / "src" / "thalweg", site / "thalweg")
    return folder


def lend_compiled(source, installed):
    """Lend what Numba has compiled of the same files, which it knows by their times and sizes: 20 s are saved."""
    for file in source.rglob("*.py"):
        there = installed / file.relative_to(source)
        assert there.read_bytes() == file.read_bytes()
        shutil.copystat(file, there)
    for file in source.rglob("__pycache__/*.nb[ci]"):
        there = installed / file.relative_to(source)
        there.parent.mkdir(exist_ok=True)
        shutil.copy(file, there)


def clean_environment():
    return {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONHOME"}}


def test_it_holds_every_file_of_the_package_and_nothing_else(wheel):
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    tracked = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src" / "thalweg").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert names == tracked
    assert {"thalweg/py.typed", "thalweg/cli/en.toml", "thalweg/pictures/lags/zh.toml", "thalweg/__init__.pyi"} <= names


def test_it_carries_the_licence(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


@pytest.mark.slow
def test_the_installed_command_does_the_whole_job(installed, tmp_path):
    def run(*arguments):
        done = subprocess.run(
            [str(installed / "bin" / "thalweg"), *arguments],
            cwd=tmp_path,
            env=clean_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    where = subprocess.run(
        [str(installed / "bin" / "python"), "-c", "import thalweg; print(thalweg.__file__)"],
        cwd=tmp_path,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert Path(where).is_relative_to(installed)
    assert re.fullmatch(r"thalweg \d+\.\d+\.\S+\n", run("--version"))
    run("sample", "channel.csv", "--days", "200")
    found = json.loads(run("forecast", "channel.csv", "--ladder", "quick", "--horizon", "2", "--json"))
    assert len(found["forecast"]) == 2
    assert (tmp_path / "channel" / "report.html").stat().st_size > 10_000


def imported_by(files):
    """Return the packages of others that some files import."""
    imported = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module.split(".")[0])
    return imported - set(sys.stdlib_module_names) - {"thalweg"}


def named_in(requirements):
    names = {re.split(r"[<>=\[ ]", line)[0] for line in requirements}
    return {IMPORTED_AS.get(name, name) for name in names}


def test_what_is_imported_is_declared():
    source = ROOT / "src" / "thalweg"
    adapters = set((source / "adapters").rglob("*.py"))
    foreign, declared = imported_by(set(source.rglob("*.py")) - adapters), named_in(PROJECT["dependencies"])
    # vl-convert and Jinja are never imported by name everywhere: pictures and pages need them.
    assert foreign <= declared | named_in(PROJECT["optional-dependencies"]["excel"])
    assert declared - foreign <= {"vl_convert", "jinja2"}
    extras = PROJECT["optional-dependencies"]
    optional = named_in(extras["sklearn"]) | named_in(extras["onnx"]) | {"joblib", "scipy"}  # scikit-learn brings them
    beyond = imported_by(adapters) - declared - optional
    assert beyond == {"skl2onnx"}  # for pipelines; who has it gets them
    assert beyond <= named_in(extras["test"])
