"""Writing: from a list of names a network learns how names are spelled, and writes new ones, letter by letter.

    python examples/names.py NAMES.TXT [--new 20] [--seed 0] [--out names.png] [--quick]

NAMES.TXT is any UTF-8 text file with one name per line: of people, towns or species, in any script. A list of 32,033
first names is at https://github.com/karpathy/makemore (names.txt, MIT license).

1. A function with unknowns: from the last 8 letters of a name, each one of the alphabet, to the probability of every
   letter to come next. The end of a name counts as a letter. So writing is a sequence of classifications.
2. Loss: cross-entropy, in nats per letter: the mean of -ln(probability of the letter that came).
3. Gradient descent (AdamW); a tenth of the names, the validation, chooses the epoch. Four networks descend side by
   side from different starts, and the mean of their probabilities writes.

Measured on that list, each name once and a tenth of them unseen: the table of letter pairs 2.455 nats per letter, one
network 1.982, the mean of four 1.970, found in 22 s on two cores. Published for a network that sees three letters:
2.17 (A. Karpathy, "makemore", part 3, where a name that the list holds twice may be both learned from and unseen).
"""

import argparse
import time
import unicodedata
from pathlib import Path

import altair as alt
import numpy as np

from thalweg import learn

END = "\n"  # the letter that ends a name; it also stands in the places before the first one
BACK = 8  # the letters before, which are the features


def letters_of(names: list[str], alphabet: str) -> learn.Examples:
    """Return an example for each letter of the names, their ends included: the letters before it, the nearest first."""
    begun = [(END * BACK + name[:length])[: -BACK - 1 : -1] for name in names for length in range(len(name) + 1)]
    before = np.array([[alphabet.index(letter) for letter in text] for text in begun]) + len(alphabet) * np.arange(BACK)
    came = [alphabet.index(letter) for name in names for letter in name + END]
    return learn.mixed_examples(None, before, came, one_hot=BACK * len(alphabet))


def mean(group: list[learn.Descent], examples: learn.Examples) -> np.ndarray:
    """Return the probability of every letter, the mean over the networks."""
    return np.mean([learn.predict(one.network, one.kept, examples) for one in group], axis=0)


def write(group: list[learn.Descent], alphabet: str, random: np.random.Generator) -> str:
    """Draw one letter after another by its probability, until the name ends."""
    name = ""
    while END not in name:
        chances = mean(group, letters_of([name[-BACK:]], alphabet))[-1]
        chances[0] *= bool(name)  # no name ends before its first letter
        name += random.choice(list(alphabet), p=chances / chances.sum())
    return name.strip(END)


def picture(name: str, alphabet: str, chances: np.ndarray) -> alt.LayerChart:
    """Draw the probability of every next letter along a name."""
    rows, rank = [], chances.max(axis=0) + np.isin([*alphabet], [*name, END])
    for n, came in enumerate(name + END):
        for k in sorted(np.argsort(-rank)[:30]):  # of a large alphabet only the letters of the name and the likely ones
            letter = alphabet[k].replace(END, "end")
            rows.append({"after": name[:n] + "…", "next": letter, "p": chances[n, k], "came": alphabet[k] == came})
    title = alt.Title(f"What comes next in “{name}”", subtitle="a name never learned from; boxed: the letter that came")
    x = alt.X("after:N", sort=None, title="the name so far", axis=alt.Axis(labelAngle=0))
    chart = alt.Chart(alt.Data(values=rows), width=800, title=title).encode(x, alt.Y("next:N", sort=None, title="next"))
    scale = alt.Scale(range=["white", "#0072b2"], domain=[0, 1], interpolate="rgb")
    boxes = chart.transform_filter("datum.came").mark_rect(filled=False, stroke="#d55e00", strokeWidth=2)
    percents = chart.transform_filter("datum.p >= 0.02 || datum.came").mark_text().encode(alt.Text("p:Q", format=".0%"))
    return chart.mark_rect().encode(alt.Color("p:Q", title="probability", scale=scale)) + boxes + percents


def main() -> None:
    """Learn from most names, print the loss on unseen names, and write new names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", type=Path)
    parser.add_argument("--new", type=int, default=20, help="how many names to write")
    parser.add_argument("--seed", type=int, default=0, help="of the split, the networks and the names written")
    parser.add_argument("--out", type=Path, default="names.png", help="the picture")
    parser.add_argument("--quick", action="store_true", help="one small network, in seconds")
    given = parser.parse_args()
    if given.seed < 0 or given.new < 0:
        parser.exit(2, f"--seed is {given.seed} and --new {given.new}; expected: whole numbers, 0 or more.\n")
    try:
        given.out.parent.resolve(strict=True)
        text = unicodedata.normalize("NFC", given.names.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        parser.exit(2, f"{given.names}: {error}; give UTF-8 text, a name a line, and --out in a folder that is there\n")
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    random = np.random.default_rng(given.seed)
    names = random.permutation(sorted(set(lines))).tolist()  # each name once, so that no unseen name is learned from
    tenth, alphabet = len(names) // 10, END + "".join(sorted(set("".join(names))))
    if not tenth:
        parser.exit(2, f"{given.names} holds {len(names)} different names; 10 or more are needed, a name a line.\n")
    parts = names[2 * tenth :], names[tenth : 2 * tenth], names[:tenth]
    training, validation, unseen = (letters_of(part, alphabet) for part in parts)
    print(f"{len(names):,} different names in {len(lines):,} lines; {tenth:,} are for validation, {tenth:,} unseen.")
    pairs = np.ones((len(alphabet), len(alphabet)))  # one is added to every count
    np.add.at(pairs, (training.indices[:, 0], training.target[:, 0]), 1)
    pairs /= pairs.sum(axis=1, keepdims=True)
    began, (neurons, networks, updates) = time.perf_counter(), (100, 2, 2_000) if given.quick else (500, 4, 7_000)
    network = learn.Network((BACK * len(alphabet), neurons, len(alphabet)), output="softmax")
    optimizer = learn.Optimizer("adamw", learning_rate=2e-3, schedule="cosine", decay=0.01)
    epochs = min(100, max(3, 256 * updates // len(training)))
    options = {"loss": "cross-entropy", "batch": 256, "epochs": epochs, "dropout": 0.1, "optimizer": optimizer}
    group = learn.descents(network, training, seeds=range(networks), **options)
    learn.run_together(group, validate=lambda theta: learn.loss_on(network, theta, validation, "cross-entropy"))
    print(f"Found in {time.perf_counter() - began:.0f} s. Nats a letter, on {len(unseen):,} letters of unseen names:")
    found = {f"a network of {network.size:,} unknowns, from seed {one.seed}": mean([one], unseen) for one in group}
    found |= {f"the mean of the {networks}": mean(group, unseen)}
    for what, chances in ({"the table of letter pairs": pairs[unseen.indices[:, 0]]} | found).items():
        print(f"  {learn.mean_loss('cross-entropy', chances, unseen.target):.3f}  {what}")
    for name in (write(group, alphabet, random) for _ in range(given.new)):
        print(f"  {name:20} {'learned from' if name in parts[0] else 'among the unseen' if name in names else 'new'}")
    shown = next((name for name in parts[2] if len(name) > BACK - 2), parts[2][0])
    picture(shown, alphabet, mean(group, letters_of([shown], alphabet))).save(given.out, format="png", scale_factor=2)


if __name__ == "__main__":
    main()
