"""The rules of Go on a 19×19 board, compiled: captures, liberties, ko, legal moves, and the eight symmetries.

A board is a vector of 361 stones, +1 black, −1 white, 0 empty; point 0 is A19, top left, and point 360 T1. Suicide is
not allowed, nor is retaking a ko at once. Repetition of a whole board (superko) is not checked.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numba import njit

SIDE = 19
POINTS = SIDE * SIDE
NONE = -1  # no point: a pass, no ko, beyond the edge
BLACK, WHITE = 1, -1
COLUMNS = "ABCDEFGHJKLMNOPQRST"  # no I


def _neighbors() -> np.ndarray:
    grid = np.pad(np.arange(POINTS).reshape(SIDE, SIDE), 1, constant_values=NONE)
    around = (grid[:-2, 1:-1], grid[2:, 1:-1], grid[1:-1, :-2], grid[1:-1, 2:])
    return np.stack([side.ravel() for side in around], axis=1)


def _symmetries() -> np.ndarray:
    row, column = np.divmod(np.arange(POINTS), SIDE)
    turned = [(r, c) for r in (row, SIDE - 1 - row) for c in (column, SIDE - 1 - column)]
    return np.array([r * SIDE + c for r, c in turned] + [c * SIDE + r for r, c in turned])


NEIGHBORS = _neighbors()  # (361, 4), NONE beyond the edge
SYMMETRIES = _symmetries()  # (8, 361): symmetry s takes point p to SYMMETRIES[s, p]
INVERSES = np.argsort(SYMMETRIES, axis=1)  # INVERSES[s, SYMMETRIES[s, p]] is p


@njit(cache=True, nogil=True)
def flood(stones, start, group, mark, stamp):  # noqa: ANN001, ANN201 - Numba infers the types
    """Write the points of the group at `start` into `group`; return how many, and how many liberties it has.

    The group and its liberties are left marked with the stamp, which must not be in `mark` before.
    """
    group[0], mark[start] = start, stamp
    size, done, liberties = 1, 0, 0
    while done < size:
        for point in NEIGHBORS[group[done]]:
            if point == NONE or mark[point] == stamp:
                continue
            if stones[point] == 0:
                mark[point] = stamp
                liberties += 1
            elif stones[point] == stones[start]:
                mark[point] = stamp
                group[size] = point
                size += 1
        done += 1
    return size, liberties


@njit(cache=True, nogil=True)
def liberties_of(stones):  # noqa: ANN001, ANN201 - likewise
    """Return how many liberties the group of each stone has; 0 where there is no stone."""
    liberties, group, mark = np.zeros(POINTS, np.int64), np.empty(POINTS, np.int64), np.zeros(POINTS, np.int64)
    for start in range(POINTS):
        if stones[start] != 0 and liberties[start] == 0:
            size, free = flood(stones, start, group, mark, start + 1)
            for i in range(size):
                liberties[group[i]] = free
    return liberties


@njit(cache=True, nogil=True)
def legal_moves(stones, color, ko, liberties):  # noqa: ANN001, ANN201 - likewise
    """Return which points a color may play, shape (361,)."""
    legal = np.zeros(POINTS, np.bool_)
    for point in range(POINTS):
        if stones[point] != 0 or point == ko:
            continue
        for beside in NEIGHBORS[point]:
            if beside != NONE:
                joins = stones[beside] == color and liberties[beside] > 1
                captures = stones[beside] == -color and liberties[beside] == 1
                legal[point] |= stones[beside] == 0 or joins or captures
    return legal


@njit(cache=True, nogil=True)
def place_stone(stones, color, point):  # noqa: ANN001, ANN201 - likewise
    """Place a stone where it is legal, in place, and take what it captures; return the point of a ko, or NONE."""
    group, mark = np.empty(POINTS, np.int64), np.zeros(POINTS, np.int64)
    stones[point] = color
    captured, last = 0, NONE
    for side, beside in enumerate(NEIGHBORS[point]):
        if beside != NONE and stones[beside] == -color:
            size, free = flood(stones, beside, group, mark, side + 1)
            if free == 0:
                stones[group[:size]] = 0
                captured, last = captured + size, beside
    size, free = flood(stones, point, group, mark, len(NEIGHBORS[point]) + 1)
    return last if captured == 1 and size == 1 and free == 1 else NONE


@njit(cache=True, nogil=True)
def legal_length(points, colors, setup):  # noqa: ANN001, ANN201 - likewise
    """Return how many moves of a game follow the rules, up to the first that does not; `setup` are only placed."""
    stones, ko = np.zeros(POINTS, np.int8), NONE
    group, mark = np.empty(POINTS, np.int64), np.zeros(POINTS, np.int64)
    stones[points[:setup]] = colors[:setup]
    for number in range(setup, len(points)):
        point = points[number]
        if point == NONE:
            ko = NONE
            continue
        if stones[point] != 0 or point == ko:
            return number
        ko = place_stone(stones, colors[number], point)
        if flood(stones, point, group, mark, number + 1)[1] == 0:
            return number
    return len(points)


class IllegalMoveError(ValueError):
    """A move that the rules forbid; the message says why."""


@dataclass(frozen=True, eq=False)
class Position:
    """A board, the color to move and the ko; without arguments it is the start of a game.

    Attributes
    ----------
    stones : ndarray of int8, shape (361,)
    color : int
        Whose turn it is.
    ko : int
        The point that may not be retaken now, or NONE.
    moves : tuple of int
        All moves until here, the oldest first; NONE for a pass.
    """

    stones: np.ndarray = field(default_factory=lambda: np.zeros(POINTS, np.int8))
    color: int = BLACK
    ko: int = NONE
    moves: tuple[int, ...] = ()

    def legal(self) -> np.ndarray:
        """Return which points may be played, shape (361,)."""
        return legal_moves(self.stones, self.color, self.ko, liberties_of(self.stones))

    def play(self, point: int) -> Position:
        """Return the position after a move, NONE for a pass; an IllegalMoveError where the rules forbid it."""
        if point == NONE:
            return replace(self, color=-self.color, ko=NONE, moves=(*self.moves, NONE))
        if self.stones[point]:
            raise IllegalMoveError(f"{name_of(point)} is occupied")
        if point == self.ko:
            raise IllegalMoveError(f"{name_of(point)} would take the ko back at once; play elsewhere first")
        if not self.legal()[point]:
            raise IllegalMoveError(f"{name_of(point)} is suicide: that stone would have no liberty")
        stones = self.stones.copy()
        ko = place_stone(stones, self.color, point)
        return Position(stones, -self.color, int(ko), (*self.moves, point))


def name_of(point: int) -> str:
    """Return a point's name, such as Q16."""
    return "pass" if point == NONE else f"{COLUMNS[point % SIDE]}{SIDE - point // SIDE}"


def point_of(name: str) -> int:
    """Return the point of a name such as Q16 or q16; a ValueError where there is none."""
    letter, number = name[:1].upper(), name[1:]
    if not letter or letter not in COLUMNS or number not in map(str, range(1, SIDE + 1)):
        raise ValueError(f"{name!r} is no point: give a letter from A to T without I and a number from 1 to {SIDE}")
    return (SIDE - int(number)) * SIDE + COLUMNS.index(letter)
