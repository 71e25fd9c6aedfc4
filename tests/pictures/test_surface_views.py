"""The error surface: two losses, brute force, many starts and learning rates find what algebra says."""

import dataclasses
import math

import numpy as np
import pytest

from support.chart_reader import marked, rows
from support.pictures import study_of
from support.surfaces import SERIES, column, loss_at, pairs, panel
from thalweg.charts.illustration import words_of
from thalweg.pictures.surface.chart import surface_chart, surface_illustration


class TestLosses:
    def test_each_minimum_is_the_least_of_its_own_loss(self):
        study = study_of("surface", SERIES, view="losses")
        for loss, other in (("mae", "mse"), ("mse", "mae")):
            assert study.at_best[loss, loss] == pytest.approx(loss_at(study, *study.best[loss], loss), rel=1e-9)
            assert study.at_best[loss, loss] < study.at_best[loss, other]
            assert study.at_best[loss, loss] <= study.surfaces[loss].losses.min()
            assert study.at_best[loss, loss] == pytest.approx(study.surfaces[loss].losses.min(), rel=0.02)
        assert len(surface_chart(study).to_dict()["hconcat"]) == 2


class TestSearch:
    def test_brute_force_gets_better_with_evaluations_and_descent_needs_few(self):
        study = study_of("surface", SERIES, view="search")
        for side, found in study.grids.items():
            assert found.evaluations == side**2
            assert found.loss == pytest.approx(loss_at(study, found.u, found.v), rel=1e-9)
        assert study.grids[250].loss < study.grids[5].loss
        assert 0 < study.within_at < 100

    def test_both_are_compared_at_one_accuracy_and_in_one_count(self):
        study = study_of("surface", SERIES, view="search")
        w, b = study.loss_surface.plane.coordinates(study.loss_surface.best())
        assert study.least == pytest.approx(loss_at(study, w, b), rel=1e-9)
        most = (1 + study.within) * study.least
        sides = list(study.grids)
        for side in sides[sides.index(study.side) :]:
            assert study.grids[side].loss <= most
        assert study.grids[sides[sides.index(study.side) - 1]].loss > most
        assert (study.losses[study.within_at :] <= most).all()
        assert study.losses[study.within_at - 1] > most
        illustration = surface_illustration(study)
        descent, brute = f"{3 * study.within_at:,}", f"{study.side**2:,}"
        within = f"{100 * study.within:.3g}%"
        assert (
            f"within {within} of the lowest L, descent takes {descent} evaluations, brute force {brute}"
            in illustration.title
        )
        assert (
            f"within {within} of it after {study.within_at} updates, {descent} evaluations" in illustration.sentences[0]
        )
        assert f"{brute} evaluations" in illustration.sentences[0]
        lower = panel(illustration.chart, 1)
        line = marked(lower, "line")[1]
        table = rows(lower, line)
        np.testing.assert_array_equal(column(table, "evaluations"), 3 * np.arange(1, len(study.losses)))
        np.testing.assert_allclose(column(table, "loss"), study.losses[1:], rtol=1e-6)
        stated = {row["evaluations"]: row["loss"] for row in illustration.tables["found"].rows()}
        assert stated[3 * study.within_at] == pytest.approx(study.losses[study.within_at])

    def test_a_descent_that_does_not_come_so_near_is_stated(self):
        study = study_of("surface", SERIES, view="search", updates=3)
        assert study.within_at == -1
        illustration = surface_illustration(study)
        assert illustration.title.startswith("After 9 evaluations descent is still at L = ")
        assert "descent has not after 3 updates" in illustration.sentences[0]

    def test_larger_functions_are_described_as_powers_of_ten(self):
        study = study_of("surface", SERIES, view="search")
        larger = {name: (size, power) for name, size, power in study.larger}
        assert larger["linear 7"] == (8, pytest.approx(8 * math.log10(25)))
        assert larger["3×100 relu 56"][0] == 26_001
        table = surface_illustration(study).tables["larger"].rows()
        assert table[1]["evaluations_needed"] == "10¹¹"


class TestStarts:
    def test_every_start_of_a_line_ends_in_the_one_valley(self):
        study = study_of("surface", SERIES, view="starts", starts=5)
        assert len(study.paths) == 5
        assert np.ptp(study.starts[:, 0]) > 0.3
        for end, last in zip(study.ends, study.last, strict=True):
            assert last == pytest.approx(loss_at(study, *end), rel=1e-9)
        best = loss_at(study, *study.loss_surface.plane.coordinates(study.loss_surface.best()))
        assert study.last == pytest.approx(np.full(5, best), rel=0.02)
        table = surface_illustration(study).tables["starts"].rows()
        assert [row["start_number"] for row in table] == list(range(5))

    def test_three_ends_of_networks_lie_exactly_on_the_surface(self):
        study = study_of("surface", SERIES, view="starts", starts=4, layers="5", days_back=3, seed=2)
        assert len(set(study.on_plane)) == 3
        for at in study.on_plane:
            there = study.surface.plane.at(*study.ends[at])
            assert study.loss_surface.loss_at(there) == pytest.approx(study.last[at], rel=1e-9)
        assert np.isnan(study.ends).any(axis=1).sum() == 1
        assert study.apart.min() == 0 < np.sort(study.apart)[1]
        assert (study.unseen > 0).all()

    @pytest.mark.parametrize(("worst", "alike"), [(1.05, True), (1.3, False)])
    def test_only_what_is_alike_is_described_as_alike(self, worst, alike):
        study = study_of("surface", SERIES, view="starts", starts=3, layers="4", days_back=2)
        study = dataclasses.replace(study, last=study.last[0] * np.array([1.0, 1.01, worst]))
        illustration = surface_illustration(study)
        assert ("nearly the same loss" in illustration.title) is alike
        assert any("do not prove it" in sentence for sentence in illustration.sentences) is alike
        assert any("cannot tell whether they are separate valleys" in sentence for sentence in illustration.sentences)

    @pytest.mark.parametrize("language", ["en", "zh"])
    @pytest.mark.parametrize("layers", ["0", "4"])
    def test_the_table_breaks_no_number_in_80_columns(self, language, layers):
        illustration = surface_illustration(
            study_of("surface", SERIES, view="starts", starts=3, layers=layers), language
        )
        heads, cells, _ = words_of(illustration, "starts")
        long = [max(len(row[at]) for row in cells) for at in range(len(heads))]
        words = [max(len(word) for word in head.split()) if language == "en" else 4 for head in heads]
        assert sum(map(max, long, words)) + 3 * (len(heads) - 1) <= 80


class TestRates:
    def test_the_rate_that_diverges_is_two_over_the_curvature(self):
        study = study_of("surface", SERIES, view="rates")
        x, _ = pairs(study)
        seen = (x - study.loss_surface.training_set.scale.centre) / study.loss_surface.training_set.scale.spread
        a, b, d = 2 * np.mean(seen**2), 2 * np.mean(seen), 2.0
        steepest = (a + d) / 2 + math.hypot((a - d) / 2, b)
        assert study.curvature == pytest.approx(2 / steepest, rel=1e-9)
        assert study.diverges_from == pytest.approx(study.curvature, rel=5e-3)
        small, good, large = (losses[-1] for losses in study.losses)
        assert good < small < study.losses[0][0] < large
        assert study.finder.too_large > study.diverges_from > study.finder.suggested
        illustration = surface_illustration(study)
        (found,) = [sentence for sentence in illustration.sentences if "find_learning_rate" in sentence]
        assert f"{study.finder.suggested:.2g}: below the limit" in found
        assert len(illustration.chart.to_dict()["vconcat"]) == 2
        spread = study.loss_surface.training_set.scale.spread
        stated = [row["loss"] for row in illustration.tables["finder"].rows()]
        np.testing.assert_allclose(stated, study.finder.losses * spread**2)

    @pytest.mark.slow
    def test_absolute_errors_jump_and_say_so(self):
        study = study_of("surface", SERIES, view="rates", loss="mae")
        assert math.isnan(study.curvature)
        illustration = surface_illustration(study)
        assert any("jumps from side to side" in sentence for sentence in illustration.sentences)
        assert "only jumps to and fro" in illustration.title
