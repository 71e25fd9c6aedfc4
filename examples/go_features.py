"""The features of a position, and the classes of moves.

The board is first turned by one of the four symmetries, of eight, that bring the last move into the upper half, so that
turned games look the same. The network learns from one of the four, drawn at random each time, and answers with the
mean of its answers to all four. Its one-hot features are: the kind of each of the 361 points; the kinds of the points
near the last move, and near the move before it, by their place relative to that move; and the places of the latest
moves. The class of a move near the last one is its place relative to that move; of a move near the one before, its
place relative to that; of any other move, its point on the turned board. So every point has a class of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from go_rules import (
    INVERSES,
    NEIGHBORS,
    NONE,
    POINTS,
    SIDE,
    SYMMETRIES,
    Position,
    flood,
    legal_moves,
    liberties_of,
    place_stone,
)
from thalweg.learn import Examples, mixed_examples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from go_records import Game

# Kinds of points. An own stone is 1, 2 or 3, with 1, 2 or more liberties; a stone of the opponent is 4, 5 or 6.
(NOTHING, CAPTURES, SAVES, SELF_ATARI, ATARI, KO, SUICIDE, BEYOND), KINDS = (0, *range(7, 14)), 13
ONE, TWO, MOST = 1, 2, 3  # numbers of liberties that are distinguished; 3 stands for 3 or more
HISTORY = 4  # the latest moves that are features
NEAR = (5, 4)  # distances around the last move, and the one before it, within which the kinds of points are features
NAMED = (3, 3)  # distances within which the class of a move is relative to them
SEEN = tuple((2 * near + 1) ** 2 for near in NEAR)
PLACES = POINTS + HISTORY + sum(SEEN) + len(NEAR) * HISTORY  # the most features that are 1 in a position
FEATURES = (KINDS - 1) * POINTS + HISTORY * POINTS + (KINDS + HISTORY) * sum(SEEN)
CLASSES = POINTS + sum((2 * named + 1) ** 2 for named in NAMED)


TURNS = 4


def _turns() -> np.ndarray:
    """Return the symmetries that bring each point into the upper half, four where it lies on no axis, (361, 4)."""
    below = SYMMETRIES // SIDE > SIDE // 2
    return np.argsort(below, axis=0, kind="stable")[:TURNS].T.copy()


UPWARD = _turns()


class Rows(NamedTuple):
    """Positions as input of the network, one per row."""

    indices: np.ndarray  # (rows, PLACES), which features are 1; NONE beyond
    classes: np.ndarray  # (rows, 361), the class of each point
    legal: np.ndarray  # (rows, 361), where a stone may be placed
    move: np.ndarray  # (rows,), the point played

    def examples(self) -> Examples:
        """Return examples for the network; the target is the class of the move played, 0 where it is unknown."""
        target = np.take_along_axis(self.classes, self.move[:, None], axis=1)[:, 0]
        return mixed_examples(None, self.indices, np.where(self.move == NONE, 0, target), one_hot=FEATURES)


class Positions:
    """A stream of all positions of some games, each time in another order of the games and with other turns."""

    def __init__(self, games: list[Game]) -> None:
        self.games, self.random = games, np.random.default_rng(0)
        self.rows = sum(int(np.count_nonzero(game.points[game.setup :] != NONE)) for game in games)

    def __iter__(self) -> Iterator[Examples]:
        for number in self.random.permutation(len(self.games)):
            game = self.games[number]
            yield rows_of(*game, self.random.integers(TURNS, size=len(game.points))).examples()


@njit(cache=True, nogil=True)
def _kind(stones, color, ko, liberties, legal, point, group, mark):  # noqa: ANN001, ANN202 - Numba infers the types
    """Return the kind of a point for the one whose turn it is."""
    if stones[point] != 0:
        return (0 if stones[point] == color else MOST) + min(liberties[point], MOST)
    if point == ko or not legal[point]:
        return KO if point == ko else SUICIDE
    beside, saves, atari = False, False, False
    for near in NEIGHBORS[point]:
        if near == NONE or stones[near] == 0:
            continue
        if stones[near] == color:
            beside, saves = True, saves or liberties[near] == ONE
        elif liberties[near] == ONE:
            return CAPTURES
        else:
            beside, atari = True, atari or liberties[near] == TWO
    if not beside:
        return NOTHING
    stones[point] = color
    _, free = flood(stones, point, group, mark, POINTS + point)
    stones[point] = 0
    if free == ONE:
        return SELF_ATARI
    return SAVES if saves else ATARI if atari else NOTHING


@njit(cache=True, nogil=True)
def _offset(point, center, near, turn):  # noqa: ANN001, ANN202 - likewise
    """Return which cell of the square around a center a point is in on the turned board, NONE where it is in none."""
    if center == NONE:
        return NONE
    down = turn[point] // SIDE - turn[center] // SIDE
    right = turn[point] % SIDE - turn[center] % SIDE
    if max(abs(down), abs(right)) > near:
        return NONE
    return (down + near) * (2 * near + 1) + right + near


@njit(cache=True, nogil=True)
def _class(point, latest, turn):  # noqa: ANN001, ANN202 - likewise
    first = POINTS
    for which, near in enumerate(NAMED):
        cell = _offset(point, latest[which], near, turn)
        if cell != NONE:
            return first + cell
        first += (2 * near + 1) ** 2
    return turn[point]


@njit(cache=True, nogil=True)
def _look(stones, color, ko, liberties, legal, latest, turn_number, indices, classes):  # noqa: ANN001, ANN202 - likewise
    """Write a position's features and the class of each point; `latest` are its last moves, the latest first."""
    symmetry = turn_number if latest[0] == NONE else UPWARD[latest[0], turn_number]
    turn, back = SYMMETRIES[symmetry], INVERSES[symmetry]
    group, mark = np.empty(POINTS, np.int64), np.zeros(POINTS, np.int64)
    kinds, count = np.empty(POINTS, np.int64), 0
    for point in range(POINTS):
        kinds[point] = _kind(stones, color, ko, liberties, legal, point, group, mark)
        classes[point] = _class(point, latest, turn)
        if kinds[point] != NOTHING:
            indices[count] = (kinds[point] - 1) * POINTS + turn[point]
            count += 1
    first = (KINDS - 1) * POINTS
    for age in range(HISTORY):
        if latest[age] != NONE:
            indices[count] = first + age * POINTS + turn[latest[age]]
            count += 1
    first += HISTORY * POINTS
    for which, near in enumerate(NEAR):
        if latest[which] != NONE:
            count += _look_around(kinds, latest, which, near, turn, back, first, indices[count:])
        first += (KINDS + HISTORY) * (2 * near + 1) ** 2
    indices[count:] = NONE


@njit(cache=True, nogil=True)
def _look_around(kinds, latest, which, near, turn, back, first, indices):  # noqa: ANN001, ANN202 - likewise
    """Write the features of the square around one of the latest moves, from `first` on; return how many."""
    width, count = 2 * near + 1, 0
    row, column = turn[latest[which]] // SIDE - near, turn[latest[which]] % SIDE - near
    for cell in range(width * width):
        at_row, at_column = row + cell // width, column + cell % width
        inside = 0 <= at_row < SIDE and 0 <= at_column < SIDE
        kind = kinds[back[at_row * SIDE + at_column]] if inside else BEYOND
        if kind != NOTHING:
            indices[count] = first + (kind - 1) * width * width + cell
            count += 1
    for age in range(HISTORY):
        cell = NONE if latest[age] == NONE else _offset(latest[age], latest[which], near, turn)
        if cell != NONE and age != which:
            indices[count] = first + (KINDS + age) * width * width + cell
            count += 1
    return count


@njit(cache=True, nogil=True)
def _replay(points, colors, setup, turns, indices, classes, legal, move):  # noqa: ANN001, ANN202 - likewise
    """Play a game through and write a row before each move."""
    stones = np.zeros(POINTS, np.int8)
    latest = np.full(HISTORY, NONE)
    ko, rows = NONE, 0
    stones[points[:setup]] = colors[:setup]
    for number in range(setup, len(points)):
        point, color = points[number], colors[number]
        if point != NONE:
            liberties = liberties_of(stones)
            legal[rows] = legal_moves(stones, color, ko, liberties)
            _look(stones, color, ko, liberties, legal[rows], latest, turns[number], indices[rows], classes[rows])
            move[rows] = point
            rows += 1
            ko = place_stone(stones, color, point)
        else:
            ko = NONE
        latest[1:] = latest[:-1].copy()
        latest[0] = point


def rows_of(points: np.ndarray, colors: np.ndarray, setup: int, turns: np.ndarray | int) -> Rows:
    """Return a row for every move of a game that is not a pass; all moves must be legal.

    Parameters
    ----------
    points, colors : ndarray of whole numbers, shape (moves,)
        NONE for a pass; BLACK or WHITE.
    setup : int
        How many of them, at the start, only stand there, such as the stones of a handicap.
    turns : ndarray of whole numbers, shape (moves,), or int
        Which of the TURNS that bring the last move into the upper half.
    """
    rows = _empty_rows(np.count_nonzero(points[setup:] != NONE))
    _replay(points, colors, setup, np.broadcast_to(turns, points.shape), *rows)
    return rows


def row_of(position: Position, turn: int) -> Rows:
    """Return the row of one position; the move is not known."""
    rows, free = _empty_rows(1), liberties_of(position.stones)
    rows.legal[0], rows.move[0] = position.legal(), NONE
    latest = np.array([*position.moves[: -HISTORY - 1 : -1], *[NONE] * HISTORY][:HISTORY])
    stones = position.stones.copy()  # each point is tried with a stone on it
    _look(stones, position.color, position.ko, free, rows.legal[0], latest, turn, rows.indices[0], rows.classes[0])
    return rows


def _empty_rows(count: int) -> Rows:
    return Rows(
        np.empty((count, PLACES), np.int64),
        np.empty((count, POINTS), np.int64),
        np.empty((count, POINTS), np.bool_),
        np.empty(count, np.int64),
    )


def move_probabilities(predicted: np.ndarray, rows: Rows) -> np.ndarray:
    """Return the probability of each point, shape (rows, 361), from the network's of each class; 0 where illegal."""
    chances = np.take_along_axis(predicted, rows.classes, axis=1) * rows.legal
    return chances / np.maximum(chances.sum(axis=1, keepdims=True), np.finfo(float).tiny)
