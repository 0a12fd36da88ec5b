"""vbcsim: what a value-based health care contract may cost or earn each party, with the chance of each outcome.

Every stage is a verb, and stages meet in labelled datasets::

    import vbcsim

    scenario = vbcsim.load_scenario("scenario.yaml")
    cohort = vbcsim.build_cohort(scenario)
    experience = vbcsim.simulate(cohort, draws=2000, seed=1)
    settlement = vbcsim.settle(experience, scenario)
    outcomes = vbcsim.summarize(settlement)

or all at once: ``vbcsim.run("scenario.yaml").outcomes``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vbcsim.core.errors import BadInput, VbcsimError
    from vbcsim.pipeline import Run, build_cohort, compare, load_scenario, open_run, run, settle, simulate, summarize
    from vbcsim.scenario.model import Scenario

    __version__: str

__all__ = [
    "BadInput",
    "Run",
    "Scenario",
    "VbcsimError",
    "__version__",
    "build_cohort",
    "compare",
    "load_scenario",
    "open_run",
    "run",
    "settle",
    "simulate",
    "summarize",
]

_HOMES = {
    "BadInput": "vbcsim.core.errors",
    "VbcsimError": "vbcsim.core.errors",
    "Scenario": "vbcsim.scenario.model",
}


def __getattr__(name: str) -> Any:
    """Public names are loaded when first asked for, so that ``import vbcsim`` stays light."""
    if name == "__version__":
        return import_module("vbcsim.core.version").VERSION
    if name not in __all__:
        raise AttributeError(f"module 'vbcsim' has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "vbcsim.pipeline")), name)


def __dir__() -> list[str]:
    return sorted(__all__)
