"""Playing Go: from games of strong players a network learns where the next stone goes, and plays.

    python examples/go.py train GAMES [--count 1000] [--epochs 5]   learn; print how often it is right on unseen games
    python examples/go.py look GAMES [--game 1] [--move 60]         draw its probabilities in one of the unseen games
    python examples/go.py play [--white]                            play against it in the terminal

GAMES is a folder or zip of SGF files, or text with one game per line. A month of games between 9-dan players is at
https://github.com/yenw/computer-go-dataset (TYGEM/Kifu/2006-11.zip, 3.6 MB, no license stated), more at
https://u-go.net/gamerecords (SGF of KGS, 7 dan). It needs ``pip install thalweg sgfmill``.

1. A function with unknowns: from a position (see `go_features.py`) to the probability of every move. It is a plain
   network without search; the rules (`go_rules.py`) exclude illegal moves. The eight symmetries of the board make no
   difference: boards are turned so that the last move is in the upper half.
2. Loss: cross-entropy, in nats per move: the mean of -ln(probability of the move played).
3. Gradient descent (Adam) on a stream of positions, which are replayed from the games in every epoch.

Measured on that month, 4,985 games to learn from, 9,902,539 unknowns, 32 minutes on two cores: of 56,594 moves of 271
unseen games the move played comes first 37.3% of the time, among five 62.5% (any legal move: 0.5 and 2.3%). Published:
linear on patterns 24%, convolutional networks 44 to 57%.
"""

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import typer
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from go_board import picture, play_in_terminal
from go_features import CLASSES, FEATURES, TURNS, Positions, Rows, move_probabilities, row_of, rows_of
from go_records import Game, read_games, split_games
from go_rules import BLACK, NONE, POINTS, WHITE, Position
from thalweg import learn

MODEL = Path("go.safetensors")
app = typer.Typer(help=__doc__.partition("\n")[0], add_completion=False, pretty_exceptions_enable=False)


def probabilities(model: dict[str, np.ndarray], views: list[Rows]) -> np.ndarray:
    """Return the network's probability of each point, shape (rows, 361), the mean over views; 0 where it is illegal."""
    if model.keys() != {"widths", "theta"} or model["widths"][[0, -1]].tolist() != [FEATURES, CLASSES]:
        raise ValueError("The model is not one that `go.py train` has made.")
    network = learn.Network(tuple(model["widths"].tolist()), output="softmax")
    predicted = [learn.predict(network, model["theta"], rows.examples()) for rows in views]
    return np.mean(list(map(move_probabilities, predicted, views)), axis=0)


def answer(model: dict[str, np.ndarray], position: Position) -> np.ndarray:
    """Return the network's probability of each point in one position, shape (361,)."""
    return probabilities(model, [row_of(position, turn) for turn in range(TURNS)])[0]


def judge(games: list[Game], ask: Callable[[list[Rows]], np.ndarray]) -> str:
    """Describe how often the move played has the highest probability, or one of the five highest."""
    ranks = []
    for views in ([rows_of(*game, turn) for turn in range(TURNS)] for game in games):
        chances, played = ask(views), views[0].move[:, None]
        ranks.append((chances >= np.take_along_axis(chances, played, axis=1)).sum(axis=1))
    rank = np.concatenate(ranks)  # among equal probabilities the move played comes last
    return f"the move played is first {np.mean(rank == 1):.2%}, among five {np.mean(rank <= 5):.2%}"  # noqa: PLR2004


@app.command()
def train(path: Path, *, count: int | None = None, epochs: int = 5, hidden: int = 1024, model: Path = MODEL) -> None:
    """Learn from most games, and print how often the network is right on unseen ones."""
    model.parent.resolve(strict=True)  # a missing folder is reported before the work
    learned, validation, unseen = split_games(read_games(path), count)
    stream, began, learning = Positions(learned), time.perf_counter(), model.with_suffix(".learning")
    network = learn.Network((FEATURES, hidden, CLASSES), output="softmax")
    print(f"{len(learned):,} games, {stream.rows:,} moves; a network of {network.size:,} unknowns.", flush=True)

    def watch(epoch: learn.StreamEpoch) -> None:
        found = {"widths": np.array(network.widths), "theta": epoch.carried.theta}
        save_file(found, learning)
        minutes, told = (time.perf_counter() - began) / 60, judge(validation, partial(probabilities, found))
        print(f"epoch {epoch.number}, {minutes:.1f} min: loss {epoch.loss:.3f}; in validation {told}", flush=True)

    adam = learn.Optimizer("adam", learning_rate=1e-3, schedule="cosine", warm_up=100)
    options = {"batch": 256, "epochs": epochs, "window": 2**15, "dropout": 0.2, "optimizer": adam}
    outcome = learn.descend_stream(network, stream, loss="cross-entropy", watch=watch, **options)
    if outcome.failed:
        raise ValueError(outcome.advice)
    learning.replace(model)

    played = np.concatenate([game.points[game.points != NONE] for game in learned])
    often, random = np.bincount(played, minlength=POINTS) + 1, np.random.default_rng(0)
    print(f"On {Positions(unseen).rows:,} moves of {len(unseen)} unseen games:")
    print(f"  any legal move: {judge(unseen, lambda seen: seen[0].legal * random.random(seen[0].legal.shape))}")
    print(f"  the point most often played: {judge(unseen, lambda seen: seen[0].legal * often)}")
    print(f"  the network: {judge(unseen, partial(probabilities, load_file(model)))}")


@app.command()
def look(path: Path, *, count: int | None = None, game: int = 1, move: int = 60, model: Path = MODEL) -> None:
    """Draw a position of an unseen game, to MODEL.png: the network's probability of each move, and which was played."""
    unseen = split_games(read_games(path), count)[2]
    if not 1 <= game <= len(unseen):
        raise ValueError(f"--game is {game}; the unseen games are counted from 1 to {len(unseen)}.")
    shown = unseen[game - 1]
    before, played = shown.before(move), int(shown.points[shown.setup + move - 1])
    picture(before, answer(load_file(model), before), played).save(model.with_suffix(".png"), scale_factor=2)


@app.command()
def play(*, white: bool = False, model: Path = MODEL) -> None:
    """Play against the network in the terminal."""
    play_in_terminal(partial(answer, load_file(model)), WHITE if white else BLACK)


if __name__ == "__main__":
    try:
        app()
    except (OSError, ValueError, SafetensorError) as error:
        print(error, file=sys.stderr)
        sys.exit(2)
