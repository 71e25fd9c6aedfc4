"""Read games of Go from a folder, a zip or one file, in SGF (through sgfmill) or text with one game per line."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sgfmill import sgf, sgf_moves

from go_rules import BLACK, NONE, POINTS, SIDE, WHITE, Position, legal_length

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

COLORS = {"b": BLACK, "w": WHITE}
MOVE = re.compile(r";([BW])\[([a-s]{2})?\]")  # without a point it is a pass
OPENING = 60  # games with the same first moves, so many, are one game that was recorded twice


class Game(NamedTuple):
    """The stones that are placed before a game begins, then its moves."""

    points: np.ndarray  # NONE for a pass
    colors: np.ndarray  # BLACK or WHITE
    setup: int  # how many stones are placed before

    def before(self, move: int) -> Position:
        """Return the position before a move, counted from 1; its color is that of the move."""
        if not 1 <= move <= len(self.points) - self.setup:
            raise ValueError(f"There is no move {move} in this game; it has {len(self.points) - self.setup}.")
        stones = np.zeros(POINTS, np.int8)
        stones[self.points[: self.setup]] = self.colors[: self.setup]
        position, last = Position(stones), self.setup + move - 1
        for point, color in zip(self.points[self.setup : last], self.colors[self.setup : last], strict=True):
            position = replace(position, color=int(color)).play(int(point))
        return replace(position, color=int(self.colors[last]))


def read_games(path: Path) -> list[Game]:
    """Return all games on 19×19 boards, each once, up to a move that the rules forbid.

    Records that cannot be read are left out.

    Raises
    ------
    ValueError
        If there is no game.
    OSError
        If a file cannot be read.
    """
    games: dict[bytes, Game] = {}
    for name, content in _files(path):
        sgf_file = name.lower().endswith(".sgf")
        for game in [_from_sgf(content)] if sgf_file else map(_from_line, content.decode("latin-1").splitlines()):
            if game is not None and len(game.points) > game.setup:
                games.setdefault(game.points[:OPENING].tobytes(), game)
    if not games:
        raise ValueError(
            f"{path} holds no game on a 19×19 board. Give SGF files in a folder or zip, or text with a game a line, "
            "such as ;B[qd];W[dd];B[pq]"
        )
    return list(games.values())


def split_games(games: list[Game], count: int | None = None) -> tuple[list[Game], list[Game], list[Game]]:
    """Return games to learn from, 3% for validation and 5% unseen, drawn at random; `count` in all, or all."""
    drawn = [games[number] for number in np.random.default_rng(1).permutation(len(games))[:count]]
    first, second = max(1, len(drawn) * 3 // 100), max(2, len(drawn) * 8 // 100)
    if len(drawn) <= second:
        raise ValueError(
            f"There are {len(drawn)} games; 3 or more are needed, to learn from some and leave others unseen."
        )
    return drawn[second:], drawn[:first], drawn[first:second]


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.suffix.lower() == ".sgf":
                yield file.name, file.read_bytes()
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield name, archive.read(name)
    else:
        yield path.name, path.read_bytes()


def _game(stones: Iterable[tuple[str, tuple[int, int] | None]], setup: int) -> Game:
    """Return a game from colors and (row, column), row 0 the lowest as sgfmill counts; None for a pass."""
    listed = list(stones)
    points = [NONE if place is None else (SIDE - 1 - place[0]) * SIDE + place[1] for _, place in listed]
    moves = np.array(points, np.int64), np.array([COLORS[color] for color, _ in listed], np.int64)
    length = legal_length(*moves, setup)
    return Game(moves[0][:length], moves[1][:length], setup)


def _from_sgf(content: bytes) -> Game | None:
    try:
        record = sgf.Sgf_game.from_bytes(content)
        board, moves = sgf_moves.get_setup_and_moves(record)
    except ValueError:
        return None
    placed = board.list_occupied_points()
    return _game([*placed, *moves], len(placed)) if record.get_size() == SIDE else None


def _from_line(line: str) -> Game | None:
    moves = MOVE.findall(line)
    places = [(SIDE - 1 - ord(at[1]) + ord("a"), ord(at[0]) - ord("a")) if at else None for _, at in moves]
    return _game([(color.lower(), place) for (color, _), place in zip(moves, places, strict=True)], 0)
