"""What tells a model from one that forecasts otherwise: a checksum of all that it is made of, or none where in doubt.

An object is what pickle would write of it, a function its code with all that it has caught and names, and a class of
the user its members. What an installed library defines is its name and the library's version. Whatever cannot be told
so, such as an open file, a lock or a call of ``eval``, leaves the whole without a checksum: a kept forecast must never
be served to another model, and one that is not kept costs time alone.
"""

from __future__ import annotations

import copyreg
import dis
import hashlib
import importlib.metadata
import inspect
import site
import sys
import sysconfig
import types
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from thalweg.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ATOMS = (type(None), bool, int, float, complex, str, bytes, type(Ellipsis), type(NotImplemented), range)
_BEYOND = {"globals", "locals", "vars", "eval", "exec", "compile", "__import__", "open", "input"}
"""Built-in functions that lead to what a code does not name."""
_OF_EVERY_CLASS = {
    *("__dict__", "__weakref__", "__doc__", "__module__", "__firstlineno__", "__static_attributes__"),
    *(
        "__annotations__",
        "__annotate__",
        "__annotate_func__",
        "__annotations_cache__",
        "__abstractmethods__",
        "_abc_impl",
    ),
}
_PROTOCOL = 4  # of pickle


class _InDoubtError(Exception):
    """Something of a model cannot be told."""


def identity_of(thing: Any) -> str | None:  # noqa: ANN401 - any library's
    """Return a checksum of all that a thing is made of; None where something of it cannot be told."""
    walk = _Walk()
    try:
        walk.add(thing)
    except Exception:  # noqa: BLE001 - whatever an object raises that is asked for its parts, it is in doubt
        return None
    return walk.digest.hexdigest()


class _Walk:
    """A walk through a thing and all that it is made of, in a checksum."""

    def __init__(self, places: dict[int, tuple[int, object]] | None = None) -> None:
        self.digest = hashlib.sha256(sys.version.encode())
        self.places = {} if places is None else places  # of what was met, which is held so that its id stays its own

    def add(self, thing: Any) -> None:  # noqa: ANN401 - as above
        """Add a thing and its parts."""
        kind = type(thing)
        if kind in _ATOMS:
            self._mark(kind.__name__, repr(thing))
        elif isinstance(thing, np.generic):
            self._mark("scalar", thing.dtype.str, thing.tobytes().hex() if not thing.dtype.hasobject else repr(thing))
        elif id(thing) in self.places:
            self._mark("again", str(self.places[id(thing)][0]))
        else:
            self.places[id(thing)] = (len(self.places), thing)
            self._parts(thing, kind)

    def _mark(self, *words: str) -> None:
        """Add words, each with its length before it, so that no two lists of words are alike."""
        for word in words:
            told = word.encode(errors="surrogatepass")
            self.digest.update(f"{len(told)}:".encode())
            self.digest.update(told)

    def _each(self, kind: str, parts: Iterable[Any]) -> None:
        every = list(parts)
        self._mark(kind, str(len(every)))
        for part in every:
            self.add(part)

    def _parts(self, thing: Any, kind: type) -> None:  # noqa: ANN401, C901, PLR0912 - a branch a kind
        if kind in (list, tuple):
            self._each(kind.__name__, thing)
        elif kind in (dict, types.MappingProxyType):
            self._each(kind.__name__, (part for pair in thing.items() for part in pair))
        elif kind in (set, frozenset):
            self._mark(kind.__name__, *sorted(map(self._alone, thing)))
        elif kind is np.ndarray:
            self._mark("array", str(thing.dtype.descr), str(thing.shape))
            if thing.dtype.hasobject:
                self._each("cells", thing.ravel().tolist())
            else:
                self.digest.update(np.ascontiguousarray(thing).tobytes())
        elif kind is types.FunctionType:
            self._function(thing)
        elif kind is types.MethodType:
            self._each("method", (thing.__func__, thing.__self__))
        elif kind in (types.BuiltinFunctionType, types.MethodWrapperType):
            self._each("builtin", (thing.__name__, thing.__self__))
        elif kind is types.CodeType:
            self._code(thing)
        elif kind is types.ModuleType:
            self._mark("module", thing.__name__, _library_of(thing.__name__))
        elif kind is types.CellType:
            self._each("cell", _contents(thing))
        elif isinstance(thing, type):
            self._class(thing)
        elif kind in (staticmethod, classmethod):
            self._each(kind.__name__, (thing.__func__,))
        elif kind is property:
            self._each("property", (thing.fget, thing.fset, thing.fdel))
        elif kind in (types.MemberDescriptorType, types.GetSetDescriptorType, types.WrapperDescriptorType):
            self._mark("slot", thing.__name__)
        elif kind in (types.MethodDescriptorType, types.ClassMethodDescriptorType):
            self._each("descriptor", (thing.__objclass__, thing.__name__))
        else:
            self._object(thing, kind)

    def _alone(self, part: Any) -> str:  # noqa: ANN401 - as above
        """Return the checksum of a part of what has no order."""
        walk = _Walk(self.places)
        walk.add(part)
        return walk.digest.hexdigest()

    def _function(self, function: types.FunctionType) -> None:
        """Add a function: that of a library by its name, any other by its code and all that this reaches."""
        if _found(function.__module__, function.__qualname__) is function and _is_library(function.__module__):
            self._mark("function", function.__module__, function.__qualname__, _library_of(function.__module__))
            return
        self._each("code", (function.__code__, function.__defaults__, function.__kwdefaults__))
        self._each("caught", function.__closure__ or ())
        self._each("attributes", (part for pair in vars(function).items() for part in pair))
        for code in _codes(function.__code__):
            for name, value in _reached(code, function.__globals__):
                self._mark("global", name)
                self.add(value)

    def _code(self, code: types.CodeType) -> None:
        self._mark("code", code.co_code.hex(), code.co_exceptiontable.hex(), str(code.co_flags))
        names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
        counts = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount)
        self._each("of code", (*names, *counts))
        self._each("constants", code.co_consts)

    def _class(self, kind: type) -> None:
        """Add a class: that of a library by its name, any other by its members."""
        self._mark("class", kind.__module__, kind.__qualname__)
        if _is_library(kind.__module__) and _found(kind.__module__, kind.__qualname__) is kind:
            self._mark(_library_of(kind.__module__))
            return
        self._each("bases", kind.__mro__[1:])
        members = sorted((name, member) for name, member in vars(kind).items() if name not in _OF_EVERY_CLASS)
        self._each("members", (part for pair in members for part in pair))

    def _object(self, thing: Any, kind: type) -> None:  # noqa: ANN401 - as above
        """Add an object by what pickle would write of it; of one of the user's classes all attributes as well."""
        reduce = copyreg.dispatch_table.get(kind)
        parts = thing.__reduce_ex__(_PROTOCOL) if reduce is None else reduce(thing)
        self.add(kind)
        if isinstance(parts, str):  # the name by which it is imported
            self._mark("name", parts)
            return
        for part in cast("tuple[Any, ...]", parts):
            listed = inspect.isgenerator(part) or hasattr(part, "__next__")
            self._each("items", part) if listed else self.add(part)
        if not _is_library(kind.__module__):
            self.add(dict(getattr(thing, "__dict__", {})))


def _contents(cell: types.CellType) -> tuple[Any, ...]:
    try:
        return (cell.cell_contents,)
    except ValueError:  # it is empty yet
        return ()


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    """Yield a code and those of the functions within it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


def _reached(code: types.CodeType, known: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what a code names outside of itself, by its name; of a module of the user, what is taken from it.

    Raises
    ------
    _InDoubtError
        If it could reach what it does not name.
    """
    asked = [one for one in dis.get_instructions(code) if one.opname not in ("CACHE", "EXTENDED_ARG", "PUSH_NULL")]
    for at, one in enumerate(asked):
        if one.opname == "IMPORT_NAME":
            yield f"import {one.argval}", _library_of(one.argval)
        if not one.opname.startswith(("LOAD_GLOBAL", "LOAD_NAME")):
            continue
        name = str(one.argval)
        if name not in known:
            if name in _BEYOND:
                raise _InDoubtError(name)
            yield name, "built in"
            continue
        value = known[name]
        while isinstance(value, types.ModuleType) and not _is_library(value.__name__):
            at += 1  # noqa: PLW2901 - the steps from a module to what is taken from it
            if not asked[at].opname.startswith(("LOAD_ATTR", "LOAD_METHOD")):
                raise _InDoubtError(name)
            name += f".{asked[at].argval}"
            value = getattr(value, asked[at].argval)
        yield name, value


def _found(module: str | None, qualified: str) -> object:
    """Return what stands under a name in a module; None where there is nothing."""
    found: object = sys.modules.get(module or "")
    for part in qualified.split("."):
        found = getattr(found, part, None)
    return found


def _is_library(module: str | None) -> bool:
    try:
        return bool(_library_of(module or ""))
    except _InDoubtError:
        return False


@cache
def _library_of(module: str) -> str:
    """Return the version of the library that a module belongs to.

    Raises
    ------
    _InDoubtError
        If it is a module of the user, or one whose version is unknown.
    """
    root = module.partition(".")[0]
    if root == "thalweg":
        return __version__
    if root in sys.builtin_module_names:
        return sys.version
    file = getattr(sys.modules.get(root), "__file__", None)
    path = Path(file).resolve() if file else None
    installed = {*map(Path, site.getsitepackages()), Path(site.getusersitepackages())}
    if path is not None and any(path.is_relative_to(folder.resolve()) for folder in installed):
        version = getattr(sys.modules[root], "__version__", None)
        return str(version) if version else importlib.metadata.version(root)
    standard = (sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib"))
    if root in sys.stdlib_module_names and (
        path is None or any(path.is_relative_to(Path(folder).resolve()) for folder in standard)
    ):
        return sys.version
    raise _InDoubtError(module)
