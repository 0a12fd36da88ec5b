"""The whole path, from a question to the outcomes of each contract; every stage is a verb that can be used alone.

    scenario -> cohort -> experience -> settlement -> outcomes and comparison

What happens to members (experience) is random and costly and knows no contract; what the parties owe (settlement) is
exact and cheap and knows no member. So the designs of a scenario share every random number, and a finished run can be
settled again under other designs at once. The cases of a scenario share the random numbers too.
"""

from __future__ import annotations

from vbcsim.experience.draws import first_draws
from vbcsim.pipeline.folder import kept_experience, open_run, run_facts, save_run
from vbcsim.pipeline.stages import build_cohort, compare, load_scenario, settle, simulate, summarize
from vbcsim.pipeline.study import (
    CaseRun,
    Lived,
    Run,
    run,
    settle_cases,
    settle_run,
    settled_parts,
    side_by_side,
    simulate_cases,
    split_variance,
)

__all__ = [
    "CaseRun",
    "Lived",
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
    "settle_cases",
    "settle_run",
    "settled_parts",
    "side_by_side",
    "simulate",
    "simulate_cases",
    "split_variance",
    "summarize",
]
