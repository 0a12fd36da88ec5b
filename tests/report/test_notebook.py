"""What a run, a scenario and a contract show of themselves in a notebook."""

from __future__ import annotations

import matplotlib
import pytest

from vbcsim.core.errors import BadInput

HOSTILE = "<script>alert(1)</script>\u202e"


@pytest.fixture(autouse=True)
def no_window():
    import matplotlib.pyplot as plt

    matplotlib.use("agg")
    yield
    plt.close("all")


def test_a_run_shows_its_answer_and_the_figures_with_their_errors(small_run):
    shown = small_run._repr_html_()
    assert "Average loss of the worst 5%" in shown
    assert "±" in shown
    assert "400 draws" in shown
    assert shown.count("<th>") >= 1 + len(small_run.scenario.designs)


def test_a_scenario_and_a_contract_show_themselves_and_run_nothing(small_run):
    scenario = small_run.scenario.model_copy(update={"title": HOSTILE, "question": HOSTILE})
    shown = scenario._repr_html_()
    assert "basic_e" in shown
    assert "<script>" not in shown
    assert "\u202e" not in shown
    contract = small_run.scenario.arrangements["basic_e"]
    told = contract.model_copy(update={"title": HOSTILE})._repr_html_()
    assert "payer pays provider" in told
    assert "<ol><li>" in told
    assert "<script>" not in told


@pytest.mark.parametrize("name", ["outcomes", "exceedance", "years", "waterfall"])
def test_pictures_come_as_axes_that_pyplot_knows(small_run, name: str):
    import matplotlib.pyplot as plt

    axes = getattr(small_run.plot, name)()
    assert axes
    (number,) = plt.get_fignums()
    assert plt.figure(number).canvas.figure is axes[0].figure
    assert any(ax.has_data() or ax.patches or ax.lines for ax in axes)


def test_what_a_run_does_not_have_is_said(small_run):
    with pytest.raises(BadInput, match=r"spread: this run has nothing to show in it; it has outcomes_provider"):
        small_run.plot.spread()
    with pytest.raises(BadInput, match=r'"doctor" takes no part in this run; choose one of provider, payer'):
        small_run.plot.outcomes("doctor")
