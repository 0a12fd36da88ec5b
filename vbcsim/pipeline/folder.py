"""The folder of a run: the scenario, the experience and the results of every case, written whole and read again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from vbcsim.core.errors import BadInput
from vbcsim.pipeline.stages import load_scenario
from vbcsim.pipeline.study import BASE, CaseRun, Run

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.core.files import RunFolder
    from vbcsim.scenario.model import Scenario

__all__ = ["earlier_experience", "kept_experience", "open_run", "run_facts", "save_run"]

_STAGES = ("settlement", "outcomes", "comparison")
"""What the results of every case hold."""
_WHERE_ASKED = ("ledger", "capital")
"""What they hold beside, where the scenario has economics or asks for capital."""
_OF_ALL = ("case_comparison", "variance_split", "answers")
"""What stands with the results of base and is told of the whole run."""


def save_run(run: Run, folder: RunFolder) -> None:
    """Hold the files of a run ready in a claimed folder: scenario, experiences, results; cases in folders within it."""
    from vbcsim.core.netcdf import write_datasets
    from vbcsim.scenario.dump import dump_scenario

    for name, text in dump_scenario(run.scenario).items():
        folder.write(name, text)
    written = set()
    for name, file in _experience_files(run).items():
        case = run.cases[name]
        if file not in written:
            with folder.staging(file) as path:
                write_datasets(path, {"experience": case.experience, "cohort": case.cohort})
            written.add(file)
        with folder.staging(_file(name, "results.nc")) as path:
            write_datasets(path, _results(run, name))


def _results(run: Run, name: str) -> dict[str, xr.Dataset]:
    """The datasets in the results of a case."""
    found = {stage: getattr(run.cases[name], stage) for stage in (*_STAGES, *_WHERE_ASKED)}
    if name == BASE:
        found |= {stage: getattr(run, stage) for stage in _OF_ALL}
    return {stage: dataset for stage, dataset in found.items() if dataset is not None}


def _file(case: str, name: str) -> str:
    return name if case == BASE else f"cases/{case}/{name}"


def _experience_files(run: Run) -> dict[str, str]:
    """The file with the experience of each case; cases that share one are in the file of the first of them."""
    files: dict[int, str] = {}
    return {
        name: files.setdefault(id(case.experience), _file(name, "experience.nc")) for name, case in run.cases.items()
    }


def run_facts(run: Run) -> dict[str, Any]:
    """What the manifest of a run notes beside the hashes of its files."""
    attrs = run.experience.attrs
    noted = {name: str(attrs[name]) for name in ("engine", "experience_hash", "vbcsim_version")}
    about = {"scenario": run.scenario.name, "draws": int(run.experience.sizes["draw"]), "seed": run.scenario.seed}
    files = _experience_files(run)
    cases = {
        name: {
            "experience": files[name],
            "experience_hash": str(case.experience.attrs["experience_hash"]),
            "results": sorted(_results(run, name)),
        }
        for name, case in run.cases.items()
    }
    return about | noted | {"stream_version": int(attrs["stream_version"]), "cases": cases}


def kept_experience(folder: str | Path, scenario: Scenario, cohort: xr.Dataset) -> xr.Dataset | None:
    """The experience of any case of a finished run, where it is what a scenario asks for; its first draws of more.

    :raises BadInput: where the folder holds no finished run.
    """
    from vbcsim.experience.draws import first_draws

    found = earlier_experience(folder, scenario, cohort)
    return None if found is None or found.sizes["draw"] < scenario.draws else first_draws(found, scenario.draws)


def earlier_experience(folder: str | Path, scenario: Scenario, cohort: xr.Dataset) -> xr.Dataset | None:
    """The experience of any case of a finished run, of whatever number of draws, where it is what a scenario asks for.

    :raises BadInput: where the folder holds no finished run.
    """
    from vbcsim.core.files import read_manifest
    from vbcsim.core.netcdf import read_datasets
    from vbcsim.core.version import VERSION
    from vbcsim.experience.simulate import experience_hash

    facts = read_manifest(folder).facts
    if facts.get("vbcsim_version") != VERSION:
        return None
    asked = experience_hash(cohort, scenario.seed, scenario.engine)
    for case in facts.get("cases", {}).values():
        if case["experience_hash"] == asked:
            (experience,) = read_datasets(Path(folder) / case["experience"], ("experience",)).values()
            return experience
    return None


def open_run(folder: str | Path) -> Run:
    """A finished run from its folder.

    :raises BadInput: where the folder holds no finished run, or a file of it is missing or was changed.
    """
    from vbcsim.core.files import read_manifest
    from vbcsim.scenario.cases import every_case

    manifest = read_manifest(folder)
    lacking = [name for name in ("scenario.yaml", "experience.nc", "results.nc") if name not in manifest.files]
    noted = manifest.facts.get("cases", {})
    if not lacking and BASE not in noted:
        lacking = ["a list of its cases in the manifest"]
    if lacking:
        raise BadInput(str(folder), f"is a run without {', '.join(lacking)}; run it again")
    scenario = load_scenario(Path(folder) / "scenario.yaml")
    seams: dict[str, dict[str, xr.Dataset]] = {}
    cases = {
        name: _opened(Path(folder), name, case, noted[name], seams)
        for name, case in every_case(scenario).items()
        if name in noted
    }
    return Run(scenario, cases, **_read(Path(folder) / "results.nc", noted[BASE]["results"], _OF_ALL))


def _opened(
    folder: Path, name: str, scenario: Scenario, noted: dict[str, Any], seams: dict[str, dict[str, xr.Dataset]]
) -> CaseRun:
    """One case; an experience that several share is read once."""
    file, stages = noted["experience"], ("experience", "cohort")
    if file not in seams:
        seams[file] = _read(folder / file, stages, stages)
    results = _read(folder / _file(name, "results.nc"), noted["results"], (*_STAGES, *_WHERE_ASKED))
    return CaseRun(scenario, seams[file]["cohort"], seams[file]["experience"], **results)


def _read(path: Path, holds: Any, wanted: tuple[str, ...]) -> dict[str, xr.Dataset]:
    from vbcsim.core.netcdf import read_datasets

    return read_datasets(path, [name for name in wanted if name in holds])
