"""The benchmark of lecture 07 runs on the lecture's own cells."""

import numpy as np
import pytest

from tools import bench_galaxies


def test_the_benchmark_runs(capsys, monkeypatch):
    def untrained(lecture, build, seed, x, y, steps, **options):
        return build(), steps * (0.2 if options.get("symmetric", True) else 0.1)

    monkeypatch.setattr(bench_galaxies, "trained", untrained)
    assert bench_galaxies.main(["--quick", "--seeds", "1", "--long"]) == 0
    said = capsys.readouterr().out
    assert "the published one: 2 if turned, else 4" in said
    assert said.count("% of spare") == 2 * len(bench_galaxies.PEAKS)
    assert said.count("73,975 parameters") == 2 and said.count("5,178 parameters") == 2
    assert said.count("50 of each class") == 4
    assert said.rstrip().endswith("these numbers mean nothing")


def test_a_network_is_trained_as_the_lecture_does():
    lecture = bench_galaxies.taught(n_per_class=16)
    few = lecture.blocks(lecture.x_train[:64], 2), lecture.y_train[:64]

    def build():
        return lecture.network((4,), (4,), size=24)

    begun = bench_galaxies.trained(lecture, build, 0, *few, 1)[0].get_weights()
    again, seconds = bench_galaxies.trained(lecture, build, 0, *few, 2)
    assert seconds > 0 and not np.allclose(begun[0], again.get_weights()[0])


def test_a_network_without_seeds_is_refused(capsys):
    with pytest.raises(SystemExit):
        bench_galaxies.main(["--seeds", "0"])
    assert "at least one seed" in capsys.readouterr().err
