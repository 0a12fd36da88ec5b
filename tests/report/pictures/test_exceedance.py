"""The chance of more than an amount, from the chances of paying and of receiving at all down to nothing."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.report.pictures.exceedance import exceedance, exceedance_data


def test_the_tails_begin_at_the_chances_of_the_outcomes(study) -> None:
    left, right = exceedance(study, "provider").axes
    for k, name in enumerate(study.designs):
        row = study.of(name, "provider")
        assert left.lines[k].get_ydata()[0] == pytest.approx(100 * row["p_loss"][0])
        assert right.lines[k].get_ydata()[0] == pytest.approx(100 * row["p_gain"][0])


def test_the_data_say_how_many_outcomes_lie_beyond(study) -> None:
    data = exceedance_data(study, "provider")
    net = study.net("two_sided", "provider") / 1e6
    column = data.columns.index("Draft B, two-sided, of 100 outcomes")
    for side, amount, *_ in data.rows[::7]:
        row = next(row for row in data.rows if row[:2] == (side, amount))
        sign = 1.0 if side == "receiving" else -1.0
        assert row[column] == pytest.approx(100 * np.mean(sign * net > amount + 5e-9))
