"""examples/go.py: the rules, what the network sees, and the script as a user runs it."""

import contextlib
import importlib
import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.data import task
from thalweg.messages import Message

pytestmark = pytest.mark.slow

boards = pytest.importorskip("sgfmill.boards", reason="examples/go.py reads SGF by sgfmill")

EXAMPLES = Path(__file__).parents[2] / "examples"
SIGNS = {".": 0, "X": 1, "O": -1}
LENGTH = 120

sys.path.insert(0, str(EXAMPLES))
rules, features, records, board, go = (
    importlib.import_module(name) for name in ("go_rules", "go_features", "go_records", "go_board", "go")
)
BLACK, WHITE, NONE, POINTS, SIDE = rules.BLACK, rules.WHITE, rules.NONE, rules.POINTS, rules.SIDE


def position(diagram, color=BLACK, ko=NONE):
    """Return a position whose top left corner is drawn, X black and O white; the rest is empty."""
    stones = np.zeros((SIDE, SIDE), np.int8)
    for row, line in enumerate(diagram.split()):
        stones[row, : len(line)] = [SIGNS[sign] for sign in line]
    return rules.Position(stones.ravel(), color, ko)


def corner(of, rows, columns):
    """Draw the top left corner of a position."""
    shown = {stone: sign for sign, stone in SIGNS.items()}
    return " ".join(
        "".join(shown[stone] for stone in row[:columns]) for row in of.stones.reshape(SIDE, SIDE)[:rows].tolist()
    )


def random_position(seed, length):
    """Play legal moves at random, now and then a pass, in a corner of the board, where captures come early."""
    random = np.random.default_rng(seed)
    row, column = np.divmod(np.arange(POINTS), SIDE)
    narrow = (row < 5) & (column < 6) if seed % 2 else np.ones(POINTS, bool)
    now = rules.Position()
    for _ in range(length):
        legal = np.flatnonzero(now.legal() & narrow)
        now = now.play(int(random.choice(legal)) if len(legal) and random.random() > 0.02 else NONE)
    return now


games_at_random = given(seed=st.integers(0, 2**32), length=st.integers(0, LENGTH))
few = settings(max_examples=12, deadline=None)


def naive_liberties(stones):
    """Count the liberties of every stone's group by sets."""
    grid, found = stones.reshape(SIDE, SIDE), np.zeros((SIDE, SIDE), int)
    for start in zip(*np.nonzero(grid), strict=True):
        group, free, rest = {start}, set(), [start]
        while rest:
            r, c = rest.pop()
            for at in {(r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)} - group:
                if min(at) < 0 or max(at) >= SIDE:
                    continue
                if grid[at] == 0:
                    free.add(at)
                elif grid[at] == grid[start]:
                    group.add(at)
                    rest.append(at)
        found[start] = len(free)
    return found.ravel()


# The rules


@pytest.mark.parametrize(
    ("before", "move", "after"),
    [
        ("OX. X..", "A18", None),  # occupied
        ("OX. ...", "A18", ".X. X.."),  # one stone in the corner
        ("OOX OX. ...", "A17", "..X .X. X.."),  # a group
        (".OX OX. X..", "A19", "X.X .X. X.."),  # two groups at once: suicide but for the captures
        (".OX OXX XOX .X.", "A19", "X.X .XX XOX .X."),  # likewise, beside a stone that lives
    ],
)
def test_captures(before, move, after):
    if after is None:
        with pytest.raises(rules.IllegalMoveError, match="A18 is occupied"):
            position(before).play(rules.point_of(move))
        return
    played = position(before).play(rules.point_of(move))
    assert corner(played, len(after.split()), len(after.split()[0])) == after
    assert (played.color, played.ko) == (WHITE, NONE)


@pytest.mark.parametrize(
    ("diagram", "move"),
    [(".O O.", "A19"), (".XO XXO OO.", "A19"), ("XO. .O. XO. O..", "A18")],  # one stone, a group, two stones joined
)
def test_suicide_is_refused(diagram, move):
    before = position(diagram)
    assert not before.legal()[rules.point_of(move)]
    with pytest.raises(rules.IllegalMoveError, match=f"{move} is suicide"):
        before.play(rules.point_of(move))


def test_a_ko_may_be_retaken_one_move_later_only():
    taken = position(".XO. XO.O .XO.").play(rules.point_of("C18"))
    assert corner(taken, 3, 4) == ".XO. X.XO .XO."
    assert rules.name_of(taken.ko) == "B18"
    assert not taken.legal()[taken.ko]
    with pytest.raises(rules.IllegalMoveError, match="B18 would take the ko back at once"):
        taken.play(taken.ko)
    elsewhere = taken.play(rules.point_of("Q4")).play(rules.point_of("Q16"))
    retaken = elsewhere.play(taken.ko)
    assert corner(retaken, 3, 4) == ".XO. XO.O .XO."
    assert rules.name_of(retaken.ko) == "C18"
    assert taken.play(NONE).play(NONE).legal()[taken.ko]


def test_in_a_snapback_more_stones_are_retaken_at_once():
    thrown_in = position("..XO XXXO OOO.", WHITE).play(rules.point_of("B19"))
    taken = thrown_in.play(rules.point_of("A19"))
    assert corner(taken, 3, 4) == "X.XO XXXO OOO."
    assert taken.ko == NONE
    assert corner(taken.play(rules.point_of("B19")), 3, 4) == ".O.O ...O OOO."


@few
@games_at_random
def test_boards_are_those_of_another_implementation(seed, length):
    end, peer, color, ko = random_position(seed, length), boards.Board(SIDE), "b", None
    for point in end.moves:
        ko = None if point == NONE else peer.play(SIDE - 1 - point // SIDE, point % SIDE, color)
        color = boards.opponent_of(color)
    expected = np.zeros((SIDE, SIDE), np.int8)
    for of, (row, column) in peer.list_occupied_points():
        expected[SIDE - 1 - row, column] = records.COLORS[of]
    assert np.array_equal(end.stones, expected.ravel())
    assert end.ko == (NONE if ko is None else (SIDE - 1 - ko[0]) * SIDE + ko[1])


@few
@games_at_random
def test_every_stone_has_a_liberty_and_what_is_legal_leaves_it_one(seed, length):
    end = random_position(seed, length)
    free = rules.liberties_of(end.stones)
    assert np.array_equal(free, naive_liberties(end.stones))
    assert (free[end.stones != 0] > 0).all()
    for point in np.random.default_rng(seed).permutation(np.flatnonzero(end.stones == 0))[:20].tolist():
        if end.legal()[point]:
            played = end.play(point)
            assert (rules.liberties_of(played.stones)[played.stones != 0] > 0).all()
        else:
            with pytest.raises(rules.IllegalMoveError):
                end.play(point)


def test_symmetries_are_eight_and_undone_by_their_inverses():
    assert len({tuple(turn) for turn in rules.SYMMETRIES.tolist()}) == 8
    for turn, back in zip(rules.SYMMETRIES, rules.INVERSES, strict=True):
        assert np.array_equal(back[turn], np.arange(POINTS))
        for point, around in enumerate(rules.NEIGHBORS):  # neighbors stay neighbors
            assert {*turn[around[around != NONE]]} == {*rules.NEIGHBORS[turn[point]]} - {NONE}


def turned(of, symmetry):
    """Return a position on the turned board."""
    turn, back = rules.SYMMETRIES[symmetry], rules.INVERSES[symmetry]
    moves = tuple(NONE if point == NONE else int(turn[point]) for point in of.moves)
    return rules.Position(of.stones[back], of.color, NONE if of.ko == NONE else int(turn[of.ko]), moves)


def views_of(rows, turn=slice(None)):
    """Return what is seen, and the classes of all points, whichever is first."""
    return {(frozenset(view.indices[0].tolist()), tuple(view.classes[0, turn].tolist())) for view in rows}


@few
@games_at_random
def test_rules_and_features_do_not_depend_on_how_the_board_lies(seed, length):
    end = random_position(seed, length)
    seen = [features.row_of(end, turn) for turn in range(features.TURNS)]
    alone = end.moves and end.moves[-1] != NONE and len(set(rules.SYMMETRIES[:, end.moves[-1]].tolist())) == 8
    assert not alone or len({tuple(sorted(view.indices[0])) for view in seen}) == features.TURNS
    for symmetry, turn in enumerate(rules.SYMMETRIES):
        other = turned(end, symmetry)
        assert np.array_equal(other.legal()[turn], end.legal())
        if alone:  # a last move on an axis may be brought up in more ways
            same = [features.row_of(other, number) for number in range(features.TURNS)]
            assert views_of(same, turn) == views_of(seen)


def test_points_have_names():
    assert [rules.name_of(rules.point_of(name)) for name in ("A19", "t1", "j10", "H3")] == ["A19", "T1", "J10", "H3"]
    assert (rules.point_of("A19"), rules.point_of("T1"), rules.name_of(NONE)) == (0, POINTS - 1, "pass")
    for name in ("", "I5", "A0", "A20", "5A", "A", "A\u00b2", "A01", "AA"):
        with pytest.raises(ValueError, match="is no point: give a letter from A to T without I"):
            rules.point_of(name)


# What the network sees


def blocks(indices):
    """Take a row of features apart: kinds of points, ages of moves, and both of the squares around the latest two."""
    found, first = [], 0
    sizes = [POINTS * (features.KINDS - 1), POINTS * features.HISTORY]
    sizes += [size * (features.KINDS + features.HISTORY) for size in features.SEEN]
    assert sum(sizes) == features.FEATURES
    for size, cells in zip(sizes, (POINTS, POINTS, *features.SEEN), strict=True):
        inside = indices[(indices >= first) & (indices < first + size)] - first
        found.append({(int(index % cells), int(index // cells)) for index in inside})
        first += size
    assert sum(map(len, found)) == np.count_nonzero(indices != NONE)  # each once
    return found


@pytest.mark.parametrize(
    ("diagram", "color", "ko", "expected"),
    [
        ("OX. ...", BLACK, None, {"A19": 4, "B19": 2, "A18": features.CAPTURES}),
        (
            "OX. ...",
            WHITE,
            None,
            {"A19": 1, "B19": 5, "A18": features.SAVES, "C19": features.ATARI, "B18": features.ATARI},
        ),
        (".X. ...", WHITE, None, {"B19": 6, "A19": features.SELF_ATARI}),
        (".X. X..", WHITE, None, {"B19": 6, "A18": 6, "A19": features.SUICIDE}),
        ("OOX X..", BLACK, None, {"A19": 4, "B19": 4, "C19": 2, "A18": 2, "B18": features.CAPTURES}),
        (
            ".XO. X.XO .XO.",
            WHITE,
            "B18",
            {"B19": 5, "A18": 6, "C18": 4, "B17": 6, "C19": 1, "D18": 3, "C17": 2}
            | {"B18": features.KO, "A19": features.SUICIDE, "A17": features.SELF_ATARI, "D19": features.SAVES},
        ),
    ],
)
def test_kinds_of_points(diagram, color, ko, expected):
    now = position(diagram, color, NONE if ko is None else rules.point_of(ko))
    kinds, latest, *around = blocks(features.row_of(now, 0).indices[0])
    assert {rules.name_of(point): kind + 1 for point, kind in kinds} == expected
    assert not latest
    assert not any(around)


turns = st.integers(0, features.TURNS - 1)


@few
@given(seed=st.integers(0, 2**32), length=st.integers(0, LENGTH), turn=turns)
def test_squares_around_the_latest_moves_show_the_same_kinds(seed, length, turn):
    end = random_position(seed, length)
    kinds, latest, *around = blocks(features.row_of(end, turn).indices[0])
    kind_at = dict(kinds)
    symmetry = turn if not end.moves or end.moves[-1] == NONE else features.UPWARD[end.moves[-1], turn]
    moves = [
        (int(rules.SYMMETRIES[symmetry, point]), age) for age, point in enumerate(end.moves[:-5:-1]) if point != NONE
    ]
    assert latest == {*moves}
    for which, near in enumerate(features.NEAR):
        center = next((point for point, age in moves if age == which), None)
        expected = set()
        for cell in range((2 * near + 1) ** 2 if center is not None else 0):
            row, column = (
                at + by - near for at, by in zip(divmod(center, SIDE), divmod(cell, 2 * near + 1), strict=True)
            )
            inside = 0 <= row < SIDE and 0 <= column < SIDE
            kind = kind_at.get(row * SIDE + column, -1) if inside else features.BEYOND - 1
            expected |= {(cell, kind)} if kind >= 0 else set()
            expected |= {
                (cell, features.KINDS + age)
                for point, age in moves
                if inside and point == row * SIDE + column and age != which
            }
        assert around[which] == expected


@few
@given(seed=st.integers(0, 2**32), length=st.integers(0, LENGTH), turn=turns)
def test_every_point_has_a_class_of_its_own(seed, length, turn):
    classes = features.row_of(random_position(seed, length), turn).classes[0]
    assert len({*classes.tolist()}) == POINTS
    assert 0 <= classes.min() <= classes.max() < features.CLASSES


def test_an_answer_is_named_by_where_it_lies_from_the_last_move():
    after = {name: rules.Position().play(rules.point_of(name)) for name in ("C17", "R17", "C3", "R3", "D13")}
    below = {"C17": "C16", "R17": "R16", "C3": "C4", "R3": "R4", "D13": "D12"}
    named = {
        name: {features.row_of(now, turn).classes[0, rules.point_of(below[name])] for turn in range(features.TURNS)}
        for name, now in after.items()
    }
    down, aside = POINTS + 4 * 7 + 3, {POINTS + 3 * 7 + 2, POINTS + 3 * 7 + 4}  # of a square of 7 x 7
    assert [named[name] for name in ("C17", "R17", "C3", "R3", "D13")] == [{down, *aside}] * 5
    far = {features.row_of(after["D13"], turn).classes[0, rules.point_of("Q4")] for turn in range(features.TURNS)}
    corners = {rules.point_of(name) for name in ("D4", "Q4", "Q16")}
    assert far <= corners
    assert len(far) > 1


@few
@given(turn=turns, point=st.integers(0, POINTS - 1))
def test_the_last_move_is_brought_up(turn, point):
    kinds, latest, *_ = blocks(features.row_of(rules.Position().play(point), turn).indices[0])
    ((at, age),) = latest
    assert (at // SIDE <= SIDE // 2, age) == (True, 0)
    assert (at, 5) in kinds or (at, 4) in kinds


@few
@given(seed=st.integers(0, 2**32))
def test_a_game_gives_the_rows_of_its_positions(seed):
    drawn = np.random.default_rng(seed).integers(features.TURNS, size=LENGTH)
    end = random_position(seed, LENGTH)
    colors = np.where(np.arange(LENGTH) % 2, WHITE, BLACK)
    game = records.Game(np.array(end.moves), colors, 0)
    rows, now, at = features.rows_of(*game, drawn), rules.Position(), 0
    target = rows.examples().target[:, 0]
    for number, point in enumerate(end.moves, 1):
        if point != NONE:
            one = features.row_of(now, drawn[number - 1])
            for name in ("indices", "classes", "legal"):
                assert np.array_equal(getattr(rows, name)[at], getattr(one, name)[0])
            assert (rows.move[at], target[at]) == (point, one.classes[0, point])
            at += 1
        now = now.play(point)
        assert number == LENGTH or np.array_equal(game.before(number + 1).stones, now.stones)
    assert at == len(rows.move)


@few
@games_at_random
def test_only_legal_moves_have_a_probability(seed, length):
    rows = features.row_of(random_position(seed, length), 0)
    chances = features.move_probabilities(np.random.default_rng(seed).dirichlet(np.ones(features.CLASSES))[None], rows)[
        0
    ]
    assert np.array_equal(chances > 0, rows.legal[0])
    assert chances.sum() == pytest.approx(1)
    assert board.best_moves(chances)[0] == chances.argmax()


# Games from files


def sgf(moves, before=""):
    return f"(;GM[1]FF[4]SZ[19]{before}{moves})"


def test_games_are_read_from_folders_zips_and_lines(tmp_path):
    line = ";B[qd];W[dd];B[];W[ss]"
    handicap = sgf(";W[qp];B[oq](;W[cd];B[tt])(;W[aa])", "AB[dp][pd]")
    folder = tmp_path / "games"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.sgf").write_text(sgf(line))
    (folder / "deep" / "b.SGF").write_text(handicap)
    (folder / "c.sgf").write_text(sgf(line, "PB[the same game again]"))
    (folder / "d.sgf").write_text("(;SZ[9];B[aa])")
    (folder / "e.sgf").write_text("no record")
    with zipfile.ZipFile(tmp_path / "games.zip", "w") as archive:
        for file in sorted(folder.rglob("*.*")):
            archive.write(file, file.name)
    (tmp_path / "games.txt").write_text(f"12\t{line}\n\n13\t{line}\n14\t;B[aa];W[aa];B[bb]\n")
    for found in (records.read_games(folder), records.read_games(tmp_path / "games.zip")):
        assert [[*map(rules.name_of, game.points)] for game in found] == [
            ["R16", "D16", "pass", "T1"],
            ["D4", "Q16", "R4", "P3", "C16", "pass"],
        ]
        assert [game.colors.tolist() for game in found] == [[1, -1, 1, -1], [1, 1, -1, 1, -1, 1]]
        assert [game.setup for game in found] == [0, 2]
        assert features.rows_of(*found[1], 0).move.tolist() == found[1].points[2:5].tolist()
        assert found[1].before(1).color == WHITE
    lines = records.read_games(tmp_path / "games.txt")
    assert [[*map(rules.name_of, game.points)] for game in lines] == [
        ["R16", "D16", "pass", "T1"],
        ["A19"],
    ]  # then illegal
    with pytest.raises(ValueError, match="There is no move 5 in this game; it has 4"):
        lines[0].before(5)


def test_a_file_without_games_is_told(tmp_path):
    (tmp_path / "text.txt").write_text("no game\n")
    with pytest.raises(ValueError, match=r"text\.txt holds no game on a 19×19 board\. Give SGF files"):
        records.read_games(tmp_path / "text.txt")


def test_games_are_split_once_and_for_all():
    games = [records.Game(np.array([number]), np.array([BLACK]), 0) for number in range(200)]
    parts = records.split_games(games)
    assert [len(part) for part in parts] == [184, 6, 10]
    assert sorted(int(game.points[0]) for part in parts for game in part) == [*range(200)]
    assert [*map(len, records.split_games(games, 50))] == [46, 1, 3]
    with pytest.raises(ValueError, match="There are 2 games; 3 or more are needed"):
        records.split_games(games[:2])


# The script


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    """Learn from games in which most moves stand two points right of or below the last one; return file and output."""
    folder, random = tmp_path_factory.mktemp("go"), np.random.default_rng(0)
    lines = []
    for number in range(30):
        now = rules.Position()
        for _ in range(50):
            last = now.moves[-1] if now.moves else 0
            wanted = [point for point in (last + 2, last + 2 * SIDE) if point < POINTS and now.legal()[point]]
            usual = wanted and random.random() < 0.9
            now = now.play(int(wanted[0] if usual else random.choice(np.flatnonzero(now.legal()))))
        points = [f"{chr(97 + point % SIDE)}{chr(97 + point // SIDE)}" for point in now.moves]
        lines.append(f"{number}\t" + "".join(f";{'BW'[turn % 2]}[{point}]" for turn, point in enumerate(points)))
    (folder / "games.txt").write_text("\n".join(lines))
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        go.train(folder / "games.txt", epochs=16, hidden=16, model=folder / "model.safetensors")
    return folder, told.getvalue()


def run(*arguments, folder, typed=""):
    command = [sys.executable, EXAMPLES / "go.py", *arguments]
    done = subprocess.run(command, cwd=folder, input=typed, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout, done.stderr


def test_what_was_learned_holds_for_unseen_games(learned):
    told = learned[1]
    assert told.startswith("28 games, 1,400 moves; a network of ")
    right = {
        name: (float(first), float(five))
        for name, first, five in re.findall(
            r"  ([\w ]+): the move played is first ([\d.]+)%, among five ([\d.]+)%", told
        )
    }
    assert right["any legal move"][0] < 5
    assert right["the point most often played"][0] < 10
    first, five = right["the network"]
    assert first > 60
    assert five >= first
    assert len(re.findall(r"^epoch \d+, ", told, re.MULTILINE)) == 16
    assert [*learned[0].glob("*.learning")] == []


def test_it_plays_legal_moves_and_refuses_others(learned):
    typed = "q16\nQ16\ni9\nundo\nundo\nc3\nd3\nk10\npass\n"
    status, told, error = run("play", "--model", "model.safetensors", folder=learned[0], typed=typed)
    assert (status, error) == (0, "")
    assert "Q16 is occupied." in told
    assert "'i9' is no point: give a letter from A to T without I and a number from 1 to 19." in told
    now, answers = rules.Position().play(rules.point_of("Q16")), re.findall(r"The network plays (\w+) .*", told)
    now = now.play(rules.point_of(answers[0]))  # an IllegalMoveError where it is not legal
    now = rules.Position()
    for mine, answer in zip(("C3", "D3", "K10"), answers[1:], strict=True):
        now = now.play(rules.point_of(mine)).play(rules.point_of(answer))
    assert board.drawn(now) in told
    assert f"({'O'})" in board.drawn(now)
    assert told.endswith("The network passes.\nBoth passed: the game is over.\n")
    shares = [
        float(share) for share in re.findall(r"([\d.]+)%", told[told.index("The network plays") :].split("\n")[0])
    ]
    assert len(shares) == 5
    assert shares == sorted(shares, reverse=True)


def test_it_begins_where_one_plays_white(learned, monkeypatch):
    told = io.StringIO()
    monkeypatch.setattr(sys, "stdin", io.StringIO("undo\nquit\n"))
    with contextlib.redirect_stdout(told):
        go.play(white=True, model=learned[0] / "model.safetensors")
    assert told.getvalue().count("The network plays") == 1
    assert told.getvalue().count("White: ") == 2


def test_a_picture_shows_the_position_the_probabilities_and_the_move(learned):
    folder = learned[0]
    go.look(folder / "games.txt", game=1, move=30, model=folder / "model.safetensors")
    assert (folder / "model.png").read_bytes().startswith(b"\x89PNG")
    unseen = records.split_games(records.read_games(folder / "games.txt"))[2]
    before, played = unseen[0].before(30), int(unseen[0].points[29])
    chances = go.answer(go.load_file(folder / "model.safetensors"), before)
    drawn = board.picture(before, chances, played).to_dict()
    points = next(layer["data"]["values"] for layer in drawn["layer"] if len(layer["data"]["values"]) == POINTS)
    assert [row["stone"] for row in points] == before.stones.tolist()
    assert [row["p"] for row in points] == pytest.approx(chances.tolist())
    assert [number for number, row in enumerate(points) if row["played"]] == [played]
    assert [number for number, row in enumerate(points) if row["last"]] == [before.moves[-1]]
    assert drawn["layer"][2]["title"]["text"] == "Move 30, white to play"


def test_what_cannot_be_is_told_in_a_line(learned):
    folder = learned[0]
    status, printed, error = run("play", "--model", "absent", folder=folder)
    assert (status, printed) == (2, "")
    assert re.fullmatch(r'No such file or directory: "?absent"?\n', error)  # versions of safetensors quote it or not
    go.save_file({"other": np.zeros(3)}, folder / "other.safetensors")
    told = "The model is not one that `go.py train` has made.\n"
    status, _, error = run("play", "--white", "--model", "other.safetensors", folder=folder)
    assert (status, error) == (2, told)
    look = ("look", "games.txt", "--model", "model.safetensors", "--game", "3")
    assert run(*look, folder=folder)[::2] == (2, "--game is 3; the unseen games are counted from 1 to 1.\n")


def test_a_model_is_replaced_only_by_one_that_was_learned_to_the_end(learned, monkeypatch):
    def diverges(*_, watch, **__):
        watch(go.learn.StreamEpoch(1, 9, 1.0, np.nan, 0.1, go.learn.TrainingState(*start)))
        return go.learn.Outcome("diverged", Message("advice.not finite at the start"), 1, 1, 1, 0.1)

    folder = learned[0]
    before = (folder / "model.safetensors").read_bytes()
    network = go.learn.Network((features.FEATURES, 16, features.CLASSES))
    start = network.start(0), np.zeros((2, network.size))
    monkeypatch.setattr(go.learn, "descend_stream", diverges)
    with pytest.raises(ValueError, match="not finite before the first update"):
        go.train(folder / "games.txt", hidden=16, model=folder / "model.safetensors")
    assert (folder / "model.safetensors").read_bytes() == before
    (folder / "model.learning").unlink()


@pytest.mark.real
def test_games_of_strong_players_are_learned_from(tmp_path):
    with zipfile.ZipFile(task("go/2006-11.zip")) as archive, archive.open(archive.namelist()[0]) as file:
        lines = [next(file) for _ in range(30)]
    (tmp_path / "games.txt").write_bytes(b"".join(lines))
    games = records.read_games(tmp_path / "games.txt")
    assert [len(game.points) for game in games] == [line.count(b";") for line in lines]  # no move breaks the rules
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        go.train(tmp_path / "games.txt", epochs=3, hidden=16, model=tmp_path / "model.safetensors")
    first, five = map(
        float, re.search(r"the network: .* first ([\d.]+)%, among five ([\d.]+)%", told.getvalue()).groups()
    )
    assert first > 7
    assert five > 20
