"""Show the board to a person: a game in the terminal, and a picture of a position."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from go_rules import BLACK, COLUMNS, NONE, SIDE, WHITE, Position, name_of, point_of

if TYPE_CHECKING:
    from collections.abc import Callable

STARS = (3, 9, 15)  # rows and columns of the nine marked points
LISTED_MOVES = 5  # those with the highest probability


def drawn(position: Position) -> str:
    """Return a board of characters: X black, O white, + a marked point; in brackets the last stone."""
    letters = "   " + " ".join(COLUMNS)
    lines = [letters]
    for row, stones in enumerate(position.stones.reshape(SIDE, SIDE).tolist()):
        signs = ["+" if row in STARS and column in STARS else "." for column in range(SIDE)]
        line = (
            " "
            + " ".join({BLACK: "X", WHITE: "O"}.get(stone, sign) for stone, sign in zip(stones, signs, strict=True))
            + " "
        )
        if position.moves and position.moves[-1] // SIDE == row:
            at = position.moves[-1] % SIDE * 2
            line = f"{line[:at]}({line[at + 1]}){line[at + 3 :]}"
        lines.append(f"{SIDE - row:>2}{line}{SIDE - row}")
    return "\n".join([*lines, letters])


def best_moves(chances: np.ndarray) -> list[int]:
    """Return the points with the highest probabilities, the highest first; none that is illegal."""
    return [int(point) for point in np.argsort(-chances, kind="stable")[:LISTED_MOVES] if chances[point] > 0]


def play_in_terminal(ask: Callable[[Position], np.ndarray], color: int) -> None:
    """Play a game: a person of this color, and a network.

    Parameters
    ----------
    ask : callable
        Position to the probability of each point, shape (361,), 0 where it is illegal.
    color : int
        Of the person: BLACK or WHITE.
    """
    print("Type a point such as Q16, or: pass, undo, quit. X is black, O white, in brackets the last stone.")
    positions = [Position()]  # before each move of the game
    while positions[-1].moves[-2:] != (NONE, NONE):
        position = positions[-1]
        if position.color != color:
            positions.append(_answer(ask, position))
            continue
        print(drawn(position))
        try:
            asked = input(f"{'Black' if color == BLACK else 'White'}: ").strip().lower()
        except EOFError:
            asked = "quit"
        if asked == "quit":
            return
        if asked == "undo":
            positions = positions[:-2] if len(positions) > 2 else positions  # noqa: PLR2004 - one's move and the answer
            continue
        try:
            positions.append(position.play(NONE if asked == "pass" else point_of(asked)))
        except ValueError as error:
            print(f"{error}.")
    print("Both passed: the game is over.")


def _answer(ask: Callable[[Position], np.ndarray], position: Position) -> Position:
    """Play the most probable move. Pass where none is legal, and after a pass, which the network never learned."""
    chances = ask(position)
    best = best_moves(chances)
    if not best or position.moves[-1:] == (NONE,):
        print("The network passes.")
        return position.play(NONE)
    print("The network plays " + ", before ".join(f"{name_of(point)} {chances[point]:.1%}" for point in best) + ".")
    return position.play(best[0])


def picture(position: Position, chances: np.ndarray, move: int) -> alt.LayerChart:
    """Draw a position, the probability of each point, and the move that was played."""
    best = best_moves(chances)
    rows = [
        {
            "x": point % SIDE,
            "y": SIDE - point // SIDE,
            "stone": int(position.stones[point]),
            "p": float(chances[point]),
            "told": point in best,
            "last": point in position.moves[-1:],
            "played": point == move,
        }
        for point in range(SIDE * SIDE)
    ]
    title = alt.Title(
        f"Move {len(position.moves) + 1}, {'black' if position.color == BLACK else 'white'} to play",
        subtitle=f"ringed: {name_of(move)}, which was played, by the network {chances[move]:.1%}; red: the last move",
    )
    axis = {"grid": False, "domain": False, "ticks": False}
    letters = alt.Axis(values=list(range(SIDE)), labelExpr=f"'{COLUMNS}'[datum.value]", **axis)
    numbers = alt.Axis(values=list(range(1, SIDE + 1)), **axis)
    x = alt.X("x:Q", scale=alt.Scale(domain=[-0.6, SIDE - 0.4], nice=False), title=None, axis=letters)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[0.4, SIDE + 0.6], nice=False), title=None, axis=numbers)
    points = alt.Chart(alt.Data(values=rows), width=620, height=620, title=title).encode(x, y)
    ends = {"left": 0, "right": SIDE - 1, "bottom": 1, "top": SIDE}
    ruled = alt.Chart(alt.Data(values=[{"x": n, "y": n + 1} | ends for n in range(SIDE)])).mark_rule(color="#999")
    scale = alt.Scale(type="sqrt", range=["white", "#e6550d"], interpolate="rgb", domain=[0, max(chances)])
    heat = alt.Color("p:Q", title="probability", scale=scale, legend=alt.Legend(format=".0%"))
    fill = alt.Fill("stone:N", scale=alt.Scale(domain=[BLACK, WHITE], range=["black", "white"]), legend=None)
    return alt.layer(
        ruled.encode(alt.X("left:Q", axis=letters), alt.X2("right:Q"), alt.Y("y:Q", axis=numbers)),
        ruled.encode(alt.X("x:Q", axis=letters), alt.Y("bottom:Q", axis=numbers), alt.Y2("top:Q")),
        points.transform_filter("datum.p > 0.002").mark_square(size=1000, opacity=0.9).encode(heat),
        points.transform_filter("datum.stone != 0").mark_circle(size=760, stroke="black", opacity=1).encode(fill),
        points.transform_filter("datum.last").mark_circle(size=120, color="#d62728", opacity=1),
        points.transform_filter("datum.told").mark_text(fontSize=11).encode(alt.Text("p:Q", format=".0%")),
        points.transform_filter("datum.played").mark_point(size=860, color="#0072b2", strokeWidth=3, opacity=1),
    )
