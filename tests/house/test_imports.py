"""The house rules of imports: downwards only, never in a circle, and nothing heavy before it is needed."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "thalweg"
# From the ground up. A part may import what stands on a lower floor, and itself; neighbours do not know each other.
FLOORS = [
    {"leftovers", "sql", "text", "version"},
    {"messages"},
    {"errors"},
    {"files", "options"},
    {"checksummed", "kept"},
    {"learn", "series"},
    {"forecast"},
    {"charts"},
    {"pictures"},
    {"report"},
    {"api"},
    {"adapters"},
    {"cli"},
    {"__main__"},
]
FLOOR = {part: floor for floor, parts in enumerate(FLOORS) for part in parts}
HEAVY = {
    "numba",
    "llvmlite",
    "altair",
    "duckdb",
    "holidays",
    "narwhals",
    "sklearn",
    "pandas",
    "polars",
    "scipy",
    "numpy",
}


def part_of(module):
    """Return the first name below `thalweg`, or "" for the package itself."""
    return [*module.split("."), ""][1]


def imports_of(file):
    """Yield the modules of the project that a file imports, wherever in it the import stands."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "thalweg")
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports are absolute"
            if node.module == "thalweg":  # a module of the package, or one of its public names
                yield from (f"thalweg.{alias.name}" if alias.name in FLOOR else "thalweg" for alias in node.names)
            elif node.module.startswith("thalweg."):
                yield node.module


def files():
    return sorted(path for path in SOURCE.rglob("*.py") if path != SOURCE / "__init__.py")


def test_every_part_has_its_floor():
    parts = {path.relative_to(SOURCE).parts[0].removesuffix(".py") for path in files()}
    assert parts == set(FLOOR)


@pytest.mark.parametrize("file", files(), ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_imports_run_downwards_only(file):
    here = file.relative_to(SOURCE).parts[0].removesuffix(".py")
    for module in imports_of(file):
        there = part_of(module)
        if there == "":
            assert here == "cli", f"{file} imports the public package, which stands above it"
        elif there != here:
            assert FLOOR[there] < FLOOR[here], f"{here} may not import {module}"


def graph_of_modules():
    """Return the modules that each module imports: for types, within functions, and by the stub of lazy names too."""
    modules = {}
    for file in sorted(SOURCE.rglob("*.py")):
        parts = file.relative_to(SOURCE.parent).with_suffix("").parts
        modules[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    graph = {}
    for module, file in modules.items():
        found = set()
        for source in (file, file.with_suffix(".pyi")):
            for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))) if source.exists() else ():
                if isinstance(node, ast.Import):
                    found |= {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom):
                    package = f"{module}.{node.module}" if node.level else node.module  # only stubs import relatively
                    inner = {f"{package}.{alias.name}" for alias in node.names}
                    found |= inner & modules.keys() or {package}
        graph[module] = found & modules.keys() - {module}
    return graph


def in_circles(graph):
    """Return the nodes from which a way of imports leads back to them."""

    def reached_from(node):
        reached, todo = set(), [node]
        while todo:
            new = graph[todo.pop()] - reached
            reached |= new
            todo += new
        return reached

    return {node for node in graph if node in reached_from(node)}


def test_no_module_imports_one_that_imports_it_back():
    assert in_circles(graph_of_modules()) == set()


def test_no_folder_imports_one_beside_it_that_imports_it_back():
    graph, found = graph_of_modules(), set()
    for folder in {module.rpartition(".")[0] for module in graph} - {""}:
        depth = folder.count(".") + 2
        beside = {module: ".".join(module.split(".")[:depth]) for module in graph if module.startswith(f"{folder}.")}
        whole = {node: set() for node in beside.values()}
        for module, node in beside.items():
            whole[node] |= {beside[other] for other in graph[module] & beside.keys()} - {node}
        found |= in_circles(whole)
    assert found == set()


def test_the_package_itself_defines_nothing():
    tree = ast.parse((SOURCE / "__init__.py").read_text(encoding="utf-8"))
    defined = {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    assert defined <= {"__getattr__", "__dir__"}


def loaded_by(code):
    """Return the top-level modules that a fresh Python has loaded after `code`."""
    code = f"import sys, json\n{code}\nprint(json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_importing_the_package_loads_nothing_heavy():
    assert loaded_by("import thalweg; thalweg.InputError; dir(thalweg)") & HEAVY == set()


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["forecast", "--help"], ["backtest", "--help"]])
def test_asking_for_help_loads_nothing_heavy(arguments):
    code = f"""
sys.argv = ["thalweg", *{arguments}]
from thalweg.cli import main
try:
    main()
except SystemExit as end:
    assert end.code == 0, end.code
"""
    assert loaded_by(code) & HEAVY == set()


def test_every_public_name_is_there_and_no_other():
    import thalweg  # noqa: PLC0415 -- the test is of importing it

    assert sorted(dir(thalweg)) == sorted(thalweg.__all__)
    for name in thalweg.__all__:
        assert getattr(thalweg, name) is not None
    with pytest.raises(AttributeError, match="attribute fits"):
        thalweg.fits  # noqa: B018 -- asked for to be refused
