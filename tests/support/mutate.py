"""Mutation testing of one module: change one place of it at a time, and see whether its tests fail.

Call it from the project's root with a module and the test files that concern it::

    .venv/bin/python tests/support/mutate.py src/thalweg/series/scale.py tests/series/test_scale.py --sample 30

The project is copied to a temporary folder first, so the working tree stays as it is. One line is printed for each
mutant: ``killed`` (a test failed), ``survived`` or ``timeout`` (the tests took five times as long as usual), then its
number, its place and the change. A mutant that survives is equivalent to the original, or it asks for a test.
``--only 12 40`` runs the mutants of these numbers again. Texts are not mutated, and so neither SQL nor patterns.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from types import EllipsisType

ROOT = Path(__file__).parents[2]
COMPARISONS = {  # each is replaced by its neighbour at the boundary and by its opposite
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,), ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}  # fmt: skip
ARITHMETIC = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
OPPOSITE_CALLS = {"min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum", "any": "all", "all": "any"}
NOT_VISITED = {"annotation", "returns", "decorator_list"}  # fields of a node


class Mutants(ast.NodeVisitor):
    """Collects a pair for each mutant: the node, and the source that replaces it."""

    def __init__(self, tree):
        self.found = []
        self.visit(tree)

    def add(self, node, new):
        self.found.append((node, new if isinstance(new, str) else f"({ast.unparse(new)})"))

    def visit(self, node):  # noqa: C901, PLR0912  (a case for each kind of change)
        match node:
            case ast.Expr(value=ast.Constant(value=str() | EllipsisType())) | ast.Import() | ast.ImportFrom():
                return
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                return
            case ast.Compare(left=left, ops=[op], comparators=right):
                for other in COMPARISONS[type(op)]:
                    self.add(node, ast.Compare(left, [other()], right))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC and not has_text(left, right):
                self.add(node, ast.BinOp(left, ARITHMETIC[type(op)](), right))
            case ast.BoolOp(op=op, values=values):
                self.add(node, ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values))
            case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert(), operand=operand):
                self.add(node, operand)
            case ast.Constant(value=bool() as value):
                self.add(node, str(not value))
            case ast.Constant(value=int() | float() as value):
                self.add(node, repr(value + 1))
            case ast.Slice(lower=lower, upper=upper, step=None):
                for bound in filter(None, (lower, upper)):
                    self.add(bound, f"{ast.unparse(bound)} + 1")
                    self.add(bound, "None")
            case ast.IfExp(test=test) | ast.If(test=test) if not isinstance(test, ast.Compare | ast.UnaryOp):
                self.add(test, ast.UnaryOp(ast.Not(), test))
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name) as called) if name in OPPOSITE_CALLS:
                self.add(called, ast.unparse(called).removesuffix(name) + OPPOSITE_CALLS[name])
            case ast.Expr() | ast.AugAssign() | ast.Raise() | ast.Continue():
                self.add(node, "pass")
            case ast.Return(value=ast.AST()):
                self.add(node, "return None")
        for name, below in ast.iter_fields(node):
            for child in below if isinstance(below, list) else [below]:
                if isinstance(child, ast.AST) and name not in NOT_VISITED:
                    self.visit(child)


def has_text(*nodes):
    """Whether one of the nodes is a text, of which nothing can be subtracted."""
    return any(isinstance(node, ast.JoinedStr) or isinstance(getattr(node, "value", None), str) for node in nodes)


def changed(source, node, new):
    """Return the source with the node's own text replaced; `ast` counts columns in bytes of UTF-8."""
    content = source.encode()
    ends = [0]
    for line in content.splitlines(keepends=True):
        ends.append(ends[-1] + len(line))
    first, last = ends[node.lineno - 1] + node.col_offset, ends[node.end_lineno - 1] + node.end_col_offset
    return (content[:first] + new.encode() + content[last:]).decode()


def run(copy, tests, seconds):
    """Run the tests in the copy until the first one fails; return what became of the mutant."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "--tb=no", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": str(copy / "src"), "PYTHONDONTWRITEBYTECODE": "1", "CI": "1"}
    try:
        done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return "timeout"
    return "survived" if done.returncode == 0 else "killed"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("module", help="the file to mutate, from the project's root")
    parser.add_argument("tests", nargs="+", help="the test files, the quickest first")
    parser.add_argument("--sample", type=int, default=20, help="how many mutants are drawn (20)")
    parser.add_argument("--seed", type=int, default=0, help="the seed of the draw (0)")
    parser.add_argument("--only", type=int, nargs="+", help="the numbers of the mutants to run, instead of a sample")
    asked = parser.parse_args()
    source = (ROOT / asked.module).read_text(encoding="utf-8")
    mutants = Mutants(ast.parse(source)).found
    drawn = random.Random(asked.seed).sample(range(len(mutants)), min(asked.sample, len(mutants)))  # noqa: S311
    counts = Counter()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "__pycache__", "site"))
        started = time.perf_counter()
        if run(copy, asked.tests, None) != "survived":
            sys.exit("The tests fail without any mutant.")
        seconds = 5 * (time.perf_counter() - started) + 10
        for number in sorted(asked.only or drawn):
            node, new = mutants[number]
            (copy / asked.module).write_text(changed(source, node, new), encoding="utf-8")
            outcome = run(copy, asked.tests, seconds)
            counts[outcome] += 1
            old = " ".join(ast.get_source_segment(source, node).split())
            print(f"{outcome:8} #{number} {asked.module}:{node.lineno}  {old}  ->  {new}", flush=True)  # noqa: T201
    print(f"{dict(counts)} of {len(mutants)} possible mutants")  # noqa: T201


if __name__ == "__main__":
    main()
