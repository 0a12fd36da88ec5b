"""Every program that comes with vbcsim: each choice resolves in each span of years, each example settles."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import xarray as xr

from vbcsim import build_cohort, load_scenario, simulate
from vbcsim.contract.program import load_program, program_names, resolve
from vbcsim.contract.settle import settle
from vbcsim.core.errors import BadInput

SCENARIO = """
vbcsim: 1
name: any_program
title: Two strata of people with inpatient and professional cost
question: Does every program settle on what is simulated?
seed: 11
years: {base: [2020, 2021, 2022], performance: [2023, 2024, 2025]}
cohort:
  source: judgement
  strata: [enrollment_type]
  cells:
    - {cell: disabled, members: 60, enrollment_type: disabled, utilization_relativity: 1.3, risk_score: 1.2}
    - {cell: aged, members: 240, enrollment_type: aged}
assumptions:
  services:
    - {category: inpatient, service: stay, utilization_per_1000: 280, mean_cost_usd: 14000, overdispersion: 1.5,
       shared_weight: 0.6, persistence: 0.4, body_sigma: 0.8, tail_probability: 0.02, tail_index: 2.5,
       maximum_usd: 2000000, price_trend: 3%, source: judgement}
    - {category: professional, service: visit, utilization_per_1000: 9000, mean_cost_usd: 330, overdispersion: 0.6,
       shared_weight: 0.5, persistence: 0.6, body_sigma: 0.5, price_trend: 2%, source: judgement}
  shared_frailty: {variance: 1.2, persistence: 0.6, source: judgement}
  market_trend: {national_shock_sd: 0.01, regional_shock_sd: 0.01, source: judgement}
  provider_group: {effect_sd: 0.04, persistence: 0.7, improvement_rate: 1%, source: judgement}
  risk_score: {coding_growth: 0.5%, noise_sd: 0.005, source: judgement}
  quality: {mean: 0.75, sd: 0.1, source: judgement}
  provider_revenue: {own_share: 0.3, source: judgement}
  large_claimants: {floor_usd: 100000}
designs: {none: {title: No contract, provisions: []}}
"""


def examples(program):
    """Example designs of a program, or one for each choice of its open inputs."""
    if program.examples:
        return dict(program.examples)
    asked = {word: i.choices for word, i in program.inputs.items() if i.choices and i.default is None}
    return {"-".join(map(str, said)): dict(zip(asked, said, strict=True)) for said in product(*asked.values())}


CASES = [
    pytest.param(name, inputs, id=f"{name}-{example}")
    for name in program_names()
    for example, inputs in examples(load_program(name)).items()
]
every_example = pytest.mark.parametrize(("name", "inputs"), CASES)
every_program = pytest.mark.parametrize("name", program_names())


def first_and_last(program):
    return program.years or (2013, 2026)


def spans(program):
    """One year and up to three years around the first, the last and each year in which a figure changes; all years."""
    first, last = first_and_last(program)
    changes = {first, last}
    todo = [parameter.values for parameter in program.parameters.values()]
    while todo:
        for key, value in todo.pop().items():
            changes |= {key} if isinstance(key, int) and first <= key <= last else set()
            todo += [value] if isinstance(value, dict) else []
    for year in sorted(changes):
        yield (year,)
        yield tuple(range(max(year - 1, first), year + 2))
    yield tuple(range(first, last + 1))


@pytest.fixture(scope="module")
def experience(tmp_path_factory):
    """Twelve draws of a small simulated experience."""
    file = tmp_path_factory.mktemp("programs") / "any_program.yaml"
    file.write_text(SCENARIO, encoding="utf-8")
    return simulate(build_cohort(load_scenario(file)), draws=12, seed=11)


def dated(experience, first):
    """The experience with its first performance year in the year ``first``."""
    years = experience["year"].values
    start = years[(experience["period"] == "performance").values][0]
    return experience.assign_coords(year=years - start + first)


@every_program
def test_a_program_says_what_a_reader_needs(name):
    program = load_program(name)
    assert program.title
    assert program.source
    assert len(program.description.split()) > 8
    for word, about in {**program.inputs, **program.parameters}.items():
        assert about.definition, word
        assert not about.definition.endswith("."), word
    for word, parameter in program.parameters.items():
        assert parameter.source, word


@every_example
def test_every_example_resolves_in_every_span_of_years(name, inputs):
    for years in spans(load_program(name)):
        assert resolve(name, inputs, years).provisions


@every_program
def test_every_choice_resolves_in_every_span_of_years_with_the_figures_of_some_example(name):
    program = load_program(name)
    for word, choice in ((word, choice) for word, asked in program.inputs.items() for choice in asked.choices):
        for years in spans(program):
            assert any(_resolves(name, {**inputs, word: choice}, years) for inputs in examples(program).values()), (
                f"{word}: {choice} in {years} needs figures that no example gives"
            )


def _resolves(name, inputs, years):
    """Whether a design resolves; where it does not, nothing but figures may be wanting."""
    wanting = set()
    try:
        resolve(name, inputs, years)
    except BadInput as error:
        wanting = {problem.place for problem in error.problems}
    assert wanting <= {word for word, item in load_program(name).parameters.items() if not _has_figure(item)}
    return not wanting


def _has_figure(parameter):
    return parameter.value is not None or bool(parameter.values)


@every_example
def test_it_settles_on_a_simulated_experience_and_parties_sum_to_zero(name, inputs, experience):
    first, _ = first_and_last(load_program(name))
    design = resolve(name, inputs, range(first, first + 3))
    ds = settle(dated(experience, first), {"design": design})
    assert np.isfinite(ds["net_usd"].values).all()
    assert float(abs(ds["net_usd"].sum("party")).max()) <= 1e-6
    assert float(abs(ds["transfer_usd"]).max()) > 0.0, "nobody pays anything in any draw"
    assert set(ds["party"].values) == set(load_program(name).parties)


@every_example
def test_what_must_be_given_is_asked_for_by_name(name, inputs):
    program = load_program(name)
    first, _ = first_and_last(program)
    optional = {word for word, asked in program.inputs.items() if asked.default is not None or asked.optional}
    figures = {word for word, parameter in program.parameters.items() if _has_figure(parameter)}
    for word in set(inputs) - optional - figures - {"lines", "provisions", "title", "note"}:
        without = {key: value for key, value in inputs.items() if key != word}
        with pytest.raises(BadInput) as caught:
            resolve(name, without, (first,))
        (problem,) = caught.value.problems
        assert problem.place == word
        assert "is missing" in problem.message or "give `" in problem.message


@every_example
def test_it_is_said_in_sentences(name, inputs):
    first, _ = first_and_last(load_program(name))
    design = resolve(name, inputs, (first, first + 1))
    clauses = [step.term for provision in design.provisions for step in provision.terms]
    for clause in (*clauses, *design.lines.values()):
        sentence = clause.sentence()
        assert sentence.endswith("."), sentence
        assert "None" not in sentence
        assert "{" not in sentence
    for record in design.parameters:
        assert record.source
        assert record.definition
        assert record.source.startswith("unverified: ") == (record.grade == "M")


@every_example
@pytest.mark.parametrize("seed", [1, 2])
def test_spending_less_never_pays_the_provider_less(name, inputs, experience, seed):
    """Less inpatient cost, claims that capitation replaces and large claimants' cost being what they were.

    A market index that holds the group's own cost would fall with it, so the own share is left out.
    """
    program = load_program(name)
    first, _ = first_and_last(program)
    alone = {"own_share": 0} if "own_share" in program.inputs else {}
    design = resolve(name, {**inputs, **alone}, range(first, first + 3))
    before = dated(experience, first)
    performing = (before["period"] == "performance") & (before["category"] == "inpatient")
    cut = np.random.default_rng(seed).uniform(0.7, 1.0, (before.sizes["draw"], before.sizes["year"]))
    factor = xr.where(performing, xr.DataArray(cut, dims=("draw", "year")), 1.0)
    after = before.assign(expenditure_usd=before["expenditure_usd"] * factor)
    spent, saved = (settle(ds, {"d": design})["net_usd"].sel(design="d", party="provider") for ds in (before, after))
    assert float((saved - spent).min()) >= -1e-6
