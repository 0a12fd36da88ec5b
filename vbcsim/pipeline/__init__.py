"""The whole path, from a question to the outcomes of each contract; every stage is a verb that can be used alone.

    scenario -> cohort -> experience -> settlement -> outcomes and comparison

What happens to members (experience) is random and costly and knows no contract; what the parties owe (settlement) is
exact and cheap and knows no member. So the designs of a scenario share every random number, and a finished run can be
settled again under other designs at once. The cases of a scenario share the random numbers too.
"""

from __future__ import annotations

from vbcsim.experience.draws import first_draws
from vbcsim.pipeline.certainty import NamedFigure, RunningError, Target, further_draws, read_named_figure, read_target
from vbcsim.pipeline.folder import kept_experience, open_run, run_facts, save_run
from vbcsim.pipeline.lasting import Lasting
from vbcsim.pipeline.money import effective_share, money_of, waterfall
from vbcsim.pipeline.pairing import side_by_side
from vbcsim.pipeline.payments import cash
from vbcsim.pipeline.stages import build_cohort, compare, load_scenario, settle, simulate, summarize
from vbcsim.pipeline.study import (
    Built,
    CaseRun,
    Lived,
    Run,
    built_cases,
    run,
    settle_cases,
    settle_run,
    settled_parts,
    simulate_cases,
    split_variance,
)

__all__ = [
    "Built",
    "CaseRun",
    "Lasting",
    "Lived",
    "NamedFigure",
    "Run",
    "RunningError",
    "Target",
    "build_cohort",
    "built_cases",
    "cash",
    "compare",
    "effective_share",
    "first_draws",
    "further_draws",
    "kept_experience",
    "load_scenario",
    "money_of",
    "open_run",
    "read_named_figure",
    "read_target",
    "run",
    "run_facts",
    "save_run",
    "settle",
    "settle_cases",
    "settle_run",
    "settled_parts",
    "side_by_side",
    "simulate",
    "simulate_cases",
    "split_variance",
    "summarize",
    "waterfall",
]
