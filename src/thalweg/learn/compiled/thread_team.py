"""A team of threads that run one network: each computes its rows of every layer, and waits for the others where needed.

The result of a row does not depend on the other rows, so the bits are the same for any number of threads.
"""

# Numba infers all types. A function marked `intrinsic` runs at compile time, and Numba passes its first parameter
# itself:
# ruff: noqa: ANN001, ANN201, ANN202, ARG001
# pyright: reportMissingParameterType=false, reportUnknownParameterType=false, reportCallIssue=false

from __future__ import annotations

import ctypes
import os
from typing import TYPE_CHECKING, NamedTuple

import llvmlite.binding as llvm
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from thalweg.learn.compiled import LANES, compiled, inlined, small

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_MEMBERS = 8  # members
TILE_ROWS = 12  # the part of each member but the last is a multiple of the tiles of the products
LINE_WORDS = 8  # the words of a cache line
ARRIVED, ENDED, WORDS = 0, LINE_WORDS, 2 * LINE_WORDS  # places in ThreadTeam.words, and the number of words
LOOKS_BEFORE_YIELD = 2000  # how often a waiting member looks before it lets other threads use its core
WORD, NUMBER = ir.IntType(64), ir.IntType(32)
YIELD = "thalweg_yield"


class ThreadTeam(NamedTuple):
    """One member of a team of threads that run the same batches."""

    member: int
    members: int
    words: NDArray[np.int64]  # the number of arrivals; whether to end at once


def _lend_yield() -> None:
    """Register the system's function that lets other threads run under a name that cached compiled code can use."""
    give_way = ctypes.WinDLL("kernel32").SwitchToThread if os.name == "nt" else ctypes.CDLL(None).sched_yield
    llvm.add_symbol(YIELD, ctypes.cast(give_way, ctypes.c_void_p).value)


_lend_yield()


@intrinsic
def arrive(_typing, words):
    """Count an arrival, and return the number of arrivals before."""

    def build(context, builder, _signature, arguments):
        place = context.make_array(words)(context, builder, arguments[0]).data
        return builder.atomic_rmw("add", place, WORD(1), "seq_cst")

    return types.int64(words), build


@intrinsic
def look(_typing, words, at):
    """Return a word that other threads change."""

    def build(context, builder, _signature, arguments):
        array, at = arguments
        place = builder.gep(context.make_array(words)(context, builder, array).data, [at])
        return builder.load_atomic(place, "acquire", 8)

    return types.int64(words, types.intp), build


@intrinsic
def give_way(_typing):
    """Let other threads use this core."""

    def build(_context, builder, _signature, _arguments):
        function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(NUMBER, []), YIELD)
        return builder.call(function, [])

    return types.int32(), build


@compiled
def wait_for(words, members) -> bool:
    """Arrive, and wait for all members. False where the team was ended meanwhile."""
    due = (arrive(words) // members + 1) * members
    looked = 0
    while look(words, ARRIVED) < due:
        looked += 1
        if looked % LOOKS_BEFORE_YIELD == 0:
            if look(words, ENDED):
                return False
            give_way()
    return True


@inlined
def meet(team) -> bool:
    """Wait until all members have arrived. False where the team was ended meanwhile."""
    return team.members == 1 or wait_for(team.words, team.members)


@small
def part(rows, team, whole):
    """Return the range of rows, first and end, of this member; where it is `whole`, the first member has all rows."""
    if whole:
        return (0, rows) if team.member == 0 else (rows, rows)
    first = rows * team.member // team.members // TILE_ROWS * TILE_ROWS
    last = rows * (team.member + 1) // team.members // TILE_ROWS * TILE_ROWS
    return first, rows if team.member + 1 == team.members else last


@small
def lanes_of(lanes, team):
    """Return the range of lanes, first and end, of this member."""
    groups = lanes // LANES
    return groups * team.member // team.members * LANES, groups * (team.member + 1) // team.members * LANES
