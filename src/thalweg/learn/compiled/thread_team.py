"""Threads that run one network together: each does its rows of every layer, and waits for the others where it must.

What a row comes to does not depend on the other rows, so the bits are the same for any number of threads.
"""

# Numba infers every type from what it is given. What is marked `intrinsic` runs while compiling, and is given its first
# parameter by Numba:
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

from thalweg.learn.compiled import LANES, compiled, inlined

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST = 8  # members
ROWS = 12  # a part is whole tiles of the products but for the last
APART = 8  # words: a cache line
ARRIVED, ENDED, WORDS = 0, APART, 2 * APART  # places in Team.words, and how many there are
PATIENCE = 2000  # looks before a member that waits lets others have its core
WORD, NUMBER = ir.IntType(64), ir.IntType(32)
YIELD = "thalweg_yield"


class ThreadTeam(NamedTuple):
    """One thread of those that run the same batches."""

    member: int
    members: int
    words: NDArray[np.int64]  # how often members arrived; whether to end at once


def _lend_yield() -> None:
    """Give compiled code the system's function that lets other threads run, by a name that its cache can keep."""
    give_way = ctypes.WinDLL("kernel32").SwitchToThread if os.name == "nt" else ctypes.CDLL(None).sched_yield
    llvm.add_symbol(YIELD, ctypes.cast(give_way, ctypes.c_void_p).value)


_lend_yield()


@intrinsic
def arrive(_typing, words):
    """Count an arrival, and return how many there were before."""

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
    """Let other threads have this core."""

    def build(_context, builder, _signature, _arguments):
        function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(NUMBER, []), YIELD)
        return builder.call(function, [])

    return types.int32(), build


@compiled
def wait_for(words, members) -> bool:
    """Arrive, and wait for all members; False where something ended them meanwhile."""
    due = (arrive(words) // members + 1) * members
    looked = 0
    while look(words, ARRIVED) < due:
        looked += 1
        if looked % PATIENCE == 0:
            if look(words, ENDED):
                return False
            give_way()
    return True


@inlined
def meet(team) -> bool:
    """Wait until all members have come here; False where something ended them meanwhile."""
    return team.members == 1 or wait_for(team.words, team.members)


@inlined
def part(rows, team, whole):
    """Return the first of some rows that are this member's, and the one after the last; the `whole` is the first's."""
    if whole:
        return (0, rows) if team.member == 0 else (rows, rows)
    first = rows * team.member // team.members // ROWS * ROWS
    last = rows * (team.member + 1) // team.members // ROWS * ROWS
    return first, rows if team.member + 1 == team.members else last


@inlined
def lanes_of(lanes, team):
    """Return the first of some lanes that are this member's, and the one after the last."""
    groups = lanes // LANES
    return groups * team.member // team.members * LANES, groups * (team.member + 1) // team.members * LANES
