"""The whole path, from a question to the outcomes of each contract; every stage is a verb that can be used alone.

    scenario -> cohort -> experience -> settlement -> outcomes and comparison

What happens to members (experience) is random and costly and knows no contract; what the parties owe (settlement) is
exact and cheap and knows no member. So the designs of a scenario share every random number, and a finished run can be
settled again under other designs at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vbcsim.core.errors import BadInput
from vbcsim.experience.draws import first_draws

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.contract.arrangement import Arrangement
    from vbcsim.contract.design import Design
    from vbcsim.contract.settle import SettledPart
    from vbcsim.core.files import RunFolder
    from vbcsim.scenario.model import Scenario

__all__ = [
    "Run",
    "build_cohort",
    "compare",
    "first_draws",
    "kept_experience",
    "load_scenario",
    "open_run",
    "run",
    "run_facts",
    "save_run",
    "settle",
    "settle_run",
    "settled_parts",
    "side_by_side",
    "simulate",
    "summarize",
]

Progress = Callable[[int, int], None]


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
    """Run a scenario, or the file of one, from end to end.

    :param question: a scenario, or the path of its file.
    :param overrides: changes such as ``"cohort.cells[0].members=5000"``, for a file.
    :param draws: number of simulated histories, ``seed`` and ``engine`` likewise (none: the scenario's).
    :param threads: number of threads (none: every core); the results are the same bits for any number.
    :param progress: called as ``progress(done, total)`` with numbers of draws.
    :raises BadInput: with every problem of the file at once.
    """
    scenario = load_scenario(question, overrides) if isinstance(question, (str, Path)) else question
    scenario = scenario.asking(draws=draws, seed=seed, engine=engine)
    cohort = build_cohort(scenario)
    experience = simulate(
        cohort,
        draws=scenario.draws,
        seed=scenario.seed,
        engine=scenario.engine,
        threads=threads,
        progress=progress,
    )
    return settle_run(scenario, cohort, experience)


def settle_run(scenario: Scenario, cohort: xr.Dataset, experience: xr.Dataset) -> Run:
    """Settle an experience under the designs of a scenario, and summarize what each party would owe and earn."""
    settlement = settle(experience, scenario)
    return Run(scenario, cohort, experience, settlement, summarize(settlement), compare(settlement))


@dataclass(frozen=True)
class Run:
    """A finished run: the question and the dataset of every stage."""

    scenario: Scenario
    cohort: xr.Dataset
    experience: xr.Dataset
    settlement: xr.Dataset
    outcomes: xr.Dataset
    comparison: xr.Dataset

    def __repr__(self) -> str:
        attrs = self.settlement.attrs
        designs = ", ".join(self.scenario.designs)
        return f"<Run {self.scenario.name}: {designs}; {attrs.get('draws')} draws, seed {attrs.get('seed')}>"

    def save(self, folder: str | Path) -> Path:
        """Write the run to a folder that :func:`open_run` reads; whole or not at all."""
        from vbcsim.core.files import claim_folder

        with claim_folder(folder) as claimed:
            save_run(self, claimed)
            claimed.finish(run_facts(self))
        return Path(folder)


def load_scenario(path: str | Path, overrides: Iterable[str] = ()) -> Scenario:
    """The scenario in a YAML file, with overrides such as ``"draws=5000"`` applied; every problem is told at once."""
    from vbcsim.scenario.load import load_scenario

    return load_scenario(path, overrides)


def build_cohort(scenario: Scenario) -> xr.Dataset:
    """The cohort of a scenario: rating cells with their members, and expected use and cost by year and category."""
    from vbcsim.cohort.build import build_cohort

    named = {"interventions": scenario.interventions, "measures": scenario.measures}
    given: dict[str, Any] = {section: found for section, found in named.items() if found}
    return build_cohort(scenario.cohort, scenario.assumptions, scenario.years.base, scenario.years.performance, **given)


def simulate(
    cohort: xr.Dataset,
    *,
    draws: int,
    seed: int = 1,
    engine: str = "members",
    threads: int | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """The experience of a cohort: what its members use and cost in each draw and year, whatever the contract."""
    from vbcsim.experience.simulate import simulate

    return simulate(cohort, draws=draws, seed=seed, engine=engine, threads=threads, progress=progress)


def settle(experience: Any, designs: Mapping[str, Arrangement | Design] | Scenario) -> xr.Dataset:
    """What the parties owe one another under each design, in every draw and year; parties sum to zero.

    :param experience: an experience dataset, or a book of lines (a table settled with no simulation).
    :param designs: arrangements or designs by name, or a scenario that holds them.
    """
    from vbcsim.contract.settle import settle

    return settle(experience, designs if isinstance(designs, Mapping) else designs.settled_designs)


def settled_parts(run: Run, designs: Mapping[str, Arrangement | Design] | None = None) -> dict[str, SettledPart]:
    """What is settled at once under each design, with its book; a group settled apart as ``design: group``."""
    from vbcsim.contract.settle import parts_of

    plan = parts_of(run.experience, designs or run.scenario.settled_designs)
    return {f"{name}: {part.group}" if part.group else name: part for name, parts in plan.items() for part in parts}


def summarize(settlement: xr.Dataset) -> xr.Dataset:
    """Each party's outcomes under each design: mean, spread, chances and risk, with their Monte Carlo errors."""
    from vbcsim.outcomes.summary import summarize

    return summarize(settlement)


def compare(settlement: xr.Dataset) -> xr.Dataset:
    """Pairs of designs on the same draws: the difference for each party, its error, and which design dominates."""
    from vbcsim.outcomes.comparison import compare

    return compare(settlement)


def save_run(run: Run, folder: RunFolder) -> None:
    """Hold the files of a run ready in a claimed folder: scenario, experience, results."""
    from vbcsim.core.netcdf import write_datasets
    from vbcsim.scenario.dump import dump_scenario

    for name, text in dump_scenario(run.scenario).items():
        folder.write(name, text)
    with folder.staging("experience.nc") as path:
        write_datasets(path, {"experience": run.experience, "cohort": run.cohort})
    with folder.staging("results.nc") as path:
        groups = {"settlement": run.settlement, "outcomes": run.outcomes, "comparison": run.comparison}
        write_datasets(path, groups)


def run_facts(run: Run) -> dict[str, Any]:
    """What the manifest of a run notes beside the hashes of its files."""
    attrs = run.experience.attrs
    noted = {name: str(attrs[name]) for name in ("engine", "experience_hash", "vbcsim_version")}
    about = {"scenario": run.scenario.name, "draws": int(run.experience.sizes["draw"]), "seed": run.scenario.seed}
    return about | noted | {"stream_version": int(attrs["stream_version"])}


def kept_experience(folder: str | Path, scenario: Scenario, cohort: xr.Dataset) -> xr.Dataset | None:
    """The experience of a finished run, where it is what a scenario asks for; its first draws where it has more.

    :raises BadInput: where the folder holds no finished run.
    """
    from vbcsim.core.files import read_manifest
    from vbcsim.core.netcdf import read_datasets
    from vbcsim.core.version import VERSION
    from vbcsim.experience.simulate import experience_hash

    facts = read_manifest(folder).facts
    asked = {"experience_hash": experience_hash(cohort, scenario.seed, scenario.engine), "vbcsim_version": VERSION}
    if any(facts.get(name) != value for name, value in asked.items()) or int(facts.get("draws", 0)) < scenario.draws:
        return None
    (experience,) = read_datasets(Path(folder) / "experience.nc", ("experience",)).values()
    return first_draws(experience, scenario.draws)


def side_by_side(one: Run, other: Run, names: tuple[str, str]) -> xr.Dataset:
    """The settlements of two runs as one, designs named ``run: design``, draws in pairs; for :func:`compare`.

    A pair of draws has the same number in both runs, so runs of one seed share their random numbers.

    :raises BadInput: where the runs settle different years.
    """
    import xarray as xr

    tables = [run.settlement["net_usd"] for run in (one, other)]
    years = [table["year"].values.tolist() for table in tables]
    if years[0] != years[1]:
        raise BadInput(
            names[1], f"settles {years[1]} and {names[0]} settles {years[0]}; compare runs over the same years"
        )
    draws = min(table.sizes["draw"] for table in tables)
    named = [
        table.isel(draw=slice(draws)).assign_coords(design=[f"{name}: {design}" for design in table["design"].values])
        for name, table in zip(names, tables, strict=True)
    ]
    both = xr.concat(named, "design", join="outer", fill_value=0.0).to_dataset(name="net_usd")
    return both.assign_attrs(one.settlement.attrs | {"draws": draws})


def open_run(folder: str | Path) -> Run:
    """A finished run from its folder.

    :raises BadInput: where the folder holds no finished run, or a file of it is missing or was changed.
    """
    from vbcsim.core.files import read_manifest
    from vbcsim.core.netcdf import read_datasets

    manifest = read_manifest(folder)
    lacking = [name for name in ("scenario.yaml", "experience.nc", "results.nc") if name not in manifest.files]
    if lacking:
        raise BadInput(str(folder), f"is a run without {', '.join(lacking)}; run it again")
    scenario = load_scenario(Path(folder) / "scenario.yaml")
    seam = read_datasets(Path(folder) / "experience.nc", ("experience", "cohort"))
    results = read_datasets(Path(folder) / "results.nc", ("settlement", "outcomes", "comparison"))
    return Run(scenario, seam["cohort"], seam["experience"], **results)
