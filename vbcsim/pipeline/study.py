"""A study: the scenario and its cases simulated on the same random numbers, settled, summed up and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from vbcsim.pipeline.stages import Progress, build_cohort, compare, load_scenario, settle, simulate, summarize

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from vbcsim.contract.arrangement import Arrangement
    from vbcsim.contract.design import Design
    from vbcsim.contract.settle import SettledPart
    from vbcsim.report.notebook import Plots
    from vbcsim.scenario.model import Scenario

__all__ = [
    "BASE",
    "Built",
    "CaseRun",
    "Lived",
    "Run",
    "built_cases",
    "capital_of",
    "run",
    "settle_cases",
    "settle_run",
    "settled_experience",
    "settled_parts",
    "simulate_cases",
    "split_variance",
]

BASE = "base"
"""The case that is the scenario itself."""


def run(
    question: Scenario | str | Path,
    *,
    overrides: Iterable[str] = (),
    draws: int | None = None,
    seed: int | None = None,
    engine: str | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Run:
    """Run a scenario, or the file of one, from end to end, with all of its cases.

    :param question: a scenario, or the path of its file.
    :param overrides: changes such as ``"cohort.cells[0].members=5000"``, for a file.
    :param draws: number of simulated histories, ``seed`` and ``engine`` likewise (none: the scenario's).
    :param threads: number of threads (none: every core); the results are the same bits for any number.
    :param progress: called as ``progress(done, total)`` with numbers of draws, anew for every case.
    :raises BadInput: with every problem of the file at once.
    """
    scenario = load_scenario(question, overrides) if isinstance(question, (str, Path)) else question
    scenario = scenario.asking(draws=draws, seed=seed, engine=engine)

    def lived(_: str, case: Scenario, cohort: xr.Dataset) -> xr.Dataset:
        asked: dict[str, Any] = {"draws": case.draws, "seed": case.seed, "engine": case.engine}
        return simulate(cohort, **asked, threads=threads, progress=progress)

    found = settle_cases(scenario, simulate_cases(built_cases(scenario), lived))
    return replace(found, variance_split=split_variance(found, threads=threads))


class Built(NamedTuple):
    """A case with its cohort."""

    scenario: Scenario
    cohort: xr.Dataset
    experience_hash: str
    """Names the experience of the cohort, whatever the number of draws."""
    engine: str
    """What simulates it, by its own name."""


class Lived(NamedTuple):
    """A case with what happened to its members."""

    scenario: Scenario
    cohort: xr.Dataset
    experience: xr.Dataset


def built_cases(scenario: Scenario) -> dict[str, Built]:
    """The scenario (``base``) and every case with their cohorts; equal cohorts are one."""
    from vbcsim.experience.simulate import chosen_engine, experience_hash
    from vbcsim.scenario.cases import every_case

    engine = scenario.engine
    cohorts: dict[str, xr.Dataset] = {}
    found: dict[str, Built] = {}
    for name, case in every_case(scenario).items():
        cohort = build_cohort(case)
        # One engine for all cases, the one of base: only within an engine do cases share their luck.
        engine = chosen_engine(cohort, engine)
        key = experience_hash(cohort, case.seed, engine)
        found[name] = Built(case, cohorts.setdefault(key, cohort), key, engine)
    return found


def simulate_cases(
    built: Mapping[str, Built], simulated: Callable[[str, Scenario, xr.Dataset], xr.Dataset]
) -> dict[str, Lived]:
    """The experience of every case; cases of the same cohort share one.

    :param simulated: gives the experience of a case, from its name, its scenario and its cohort.
    """
    known: dict[str, xr.Dataset] = {}
    found: dict[str, Lived] = {}
    for name, (case, cohort, key, engine) in built.items():
        if key not in known:
            known[key] = simulated(name, case.asking(engine=engine), cohort)
        found[name] = Lived(case, cohort, known[key])
    return found


def settle_cases(scenario: Scenario, lived: Mapping[str, Lived]) -> Run:
    """Settle every case under the designs of the scenario; sum up, keep the ledgers, compare the cases with base."""
    cases = {name: _settled(case) for name, case in lived.items()}
    return Run(scenario, cases, _compared(cases), answers=_answered(scenario, cases))


def settle_run(scenario: Scenario, cohort: xr.Dataset, experience: xr.Dataset) -> Run:
    """Settle one experience under the designs of a scenario, whatever cases it has."""
    return settle_cases(scenario, {BASE: Lived(scenario, cohort, experience)})


def _settled(case: Lived) -> CaseRun:
    settlement = settle(settled_experience(case.scenario, case.experience), case.scenario)
    kept = _ledger(case.scenario, case.experience, settlement)
    needed = capital_of(case.scenario, case.experience, settlement, kept)
    return CaseRun(*case, settlement, summarize(settlement), compare(settlement), kept, needed)


def settled_experience(scenario: Scenario, experience: xr.Dataset) -> xr.Dataset:
    """The experience with the provider's own revenue by category, where the economics of the scenario say it."""
    if scenario.economics is None:
        return experience
    from vbcsim.outcomes.ledger import with_own_revenue

    return with_own_revenue(experience, scenario.economics)


def _ledger(scenario: Scenario, experience: xr.Dataset, settlement: xr.Dataset) -> xr.Dataset | None:
    if scenario.economics is None:
        return None
    from vbcsim.outcomes.ledger import ledger

    paid_by = {name: design.programme_paid_by for name, design in scenario.settled_designs.items()}
    return ledger(experience, settlement, scenario.economics, paid_by)


def capital_of(
    scenario: Scenario, experience: xr.Dataset, settlement: xr.Dataset, ledger: xr.Dataset | None
) -> xr.Dataset | None:
    """The capital dataset of a settlement; none where the scenario does not ask for it."""
    if scenario.capital is None:
        return None
    from vbcsim.contract.security import kept_usd
    from vbcsim.outcomes.capital import capital

    designs = scenario.settled_designs
    kept = kept_usd(settled_experience(scenario, experience), designs)
    directions = {name: design.directions for name, design in designs.items()}
    return capital(settlement, directions, scenario.capital, ledger=ledger, kept_usd=kept)


def _compared(cases: Mapping[str, CaseRun]) -> xr.Dataset | None:
    if len(cases) < 2:
        return None
    from vbcsim.outcomes.comparison import compare_cases

    return compare_cases({name: case.settlement for name, case in cases.items()})


def _answered(scenario: Scenario, cases: Mapping[str, CaseRun]) -> xr.Dataset | None:
    """The figures that the scenario's question asks for, in every case."""
    if not scenario.answers:
        return None
    from vbcsim.contract.figure import RunFigures, SettledFigures
    from vbcsim.outcomes.answers import answers

    figures = {
        name: SettledFigures(
            settled_experience(case.scenario, case.experience), case.settlement, scenario.settled_designs, case.ledger
        )
        for name, case in cases.items()
    }
    return answers(scenario.answers, RunFigures(figures))


def split_variance(found: Run, *, threads: int | None = None, progress: Progress | None = None) -> xr.Dataset | None:
    """Which layer of randomness each party's money varies with in the base case; none where the scenario asks for none.

    Every layer is drawn anew in a further, shorter experience; see ``vbcsim.outcomes.variance_split``.
    """
    from vbcsim.outcomes.variance_split import split_shifts, variance_split

    scenario, base = found.scenario, found.cases[BASE]
    draws = min(scenario.split_draws, base.experience.sizes["draw"])
    if draws < 2:
        return None
    shifts = split_shifts()
    shifted = {}
    for k, (layer, shift) in enumerate(shifts.items()):
        if progress is not None:
            progress(k * draws, len(shifts) * draws)
        asked: dict[str, Any] = {"draws": draws, "seed": scenario.seed, "engine": base.experience.attrs["engine"]}
        experience = simulate(base.cohort, **asked, threads=threads, shift=shift)
        shifted[layer] = settle(settled_experience(scenario, experience), scenario)
    if progress is not None:
        progress(len(shifts) * draws, len(shifts) * draws)
    return variance_split(base.settlement, shifted)


@dataclass(frozen=True)
class CaseRun:
    """One case of a finished run: the dataset of every stage."""

    scenario: Scenario
    cohort: xr.Dataset
    experience: xr.Dataset
    settlement: xr.Dataset
    outcomes: xr.Dataset
    comparison: xr.Dataset
    ledger: xr.Dataset | None = None
    """Both parties' accounts, where the scenario has economics."""
    capital: xr.Dataset | None = None
    """Reserves, chances of running out and present values, where the scenario asks for capital."""


@dataclass(frozen=True)
class Run:
    """A finished run: the question, and the datasets of the scenario itself (``base``) and of each of its cases."""

    scenario: Scenario
    cases: Mapping[str, CaseRun]
    case_comparison: xr.Dataset | None = None
    """Paired differences of each case against base, design by design; none where there is no other case."""
    variance_split: xr.Dataset | None = None
    """Shares of the variance of each party's money by layer of randomness, in the base case."""
    answers: xr.Dataset | None = None
    """The figures that the scenario's question asks for, by case."""

    @property
    def cohort(self) -> xr.Dataset:
        """The cohort of the scenario itself."""
        return self.cases[BASE].cohort

    @property
    def experience(self) -> xr.Dataset:
        """What happened to its members."""
        return self.cases[BASE].experience

    @property
    def settlement(self) -> xr.Dataset:
        """What the parties owe one another."""
        return self.cases[BASE].settlement

    @property
    def outcomes(self) -> xr.Dataset:
        """Each party's outcomes under each design."""
        return self.cases[BASE].outcomes

    @property
    def comparison(self) -> xr.Dataset:
        """Designs two by two."""
        return self.cases[BASE].comparison

    @property
    def ledger(self) -> xr.Dataset | None:
        """Both parties' accounts, where the scenario has economics."""
        return self.cases[BASE].ledger

    @property
    def capital(self) -> xr.Dataset | None:
        """Reserves, chances of running out and present values, where the scenario asks for capital."""
        return self.cases[BASE].capital

    def __repr__(self) -> str:
        attrs = self.settlement.attrs
        designs = ", ".join(self.scenario.designs)
        return f"<Run {self.scenario.name}: {designs}; {attrs.get('draws')} draws, seed {attrs.get('seed')}>"

    def _repr_html_(self) -> str:
        """The answer and the lead party's figures, as a notebook shows them."""
        from vbcsim.pipeline.material import material_of
        from vbcsim.report.notebook import run_html

        return run_html(material_of(self))

    @property
    def plot(self) -> Plots:
        """The report's pictures as matplotlib axes: ``run.plot.outcomes()``."""
        from vbcsim.pipeline.material import report_of
        from vbcsim.report.notebook import Plots

        return Plots(lambda: report_of(self))

    def to_dataframe(self, table: str = "outcomes") -> pd.DataFrame:
        """The run as a table of pandas: ``outcomes``, ``years``, ``comparison`` or ``draws``."""
        from vbcsim.pipeline.frames import dataframe_of

        return dataframe_of(self, table)

    def save(self, folder: str | Path) -> Path:
        """Write the run to a folder that :func:`open_run` reads; whole or not at all."""
        from vbcsim.core.files import claim_folder
        from vbcsim.pipeline.folder import run_facts, save_run

        with claim_folder(folder) as claimed:
            save_run(self, claimed)
            claimed.finish(run_facts(self))
        return Path(folder)


def settled_parts(run: Run, designs: Mapping[str, Arrangement | Design] | None = None) -> dict[str, SettledPart]:
    """What is settled at once under each design, with its book; a group settled apart as ``design: group``."""
    from vbcsim.contract.settle import parts_of

    plan = parts_of(settled_experience(run.scenario, run.experience), designs or run.scenario.settled_designs)
    return {f"{name}: {part.group}" if part.group else name: part for name, parts in plan.items() for part in parts}
