"""A study made up from a seed: settlement and experience datasets with no simulation behind them, and their report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import xarray as xr

from vbcsim.assumptions.spec import Assumptions
from vbcsim.contract.arrangement import Arrangement, UsedParameter
from vbcsim.contract.read import read_arrangement
from vbcsim.outcomes.comparison import compare
from vbcsim.outcomes.summary import summarize
from vbcsim.report.material import Material
from vbcsim.scenario.model import Scenario

YEARS = (2023, 2024, 2025)
BASE = (2020, 2021, 2022)
SOURCE = "made up for the test"
ATTRS = {
    "experience_hash": "0123456789abcdef" * 4,
    "seed": 7,
    "engine": "members",
    "members": 12_000,
    "vbcsim_version": "0.1.0",
    "stream_version": 1,
    "scenario": "made_up",
}
SHARES: Mapping[str, tuple[float, float]] = {"one_sided": (0.4, 0.0), "two_sided": (0.5, 0.3), "deep": (0.75, 0.75)}
"""Savings and losses shared by each design."""


def make_experience(draws: int, seed: int = 1) -> xr.Dataset:
    """The part of an experience that tells luck from merit: own effect and market, by draw and year."""
    rng = np.random.default_rng(seed)
    years = (*BASE, *YEARS)
    effect = np.exp(0.02 * rng.normal(size=(draws, 1)) + 0.02 * rng.normal(size=(draws, len(years))).cumsum(axis=1))
    national = np.exp(0.02 * rng.normal(size=(draws, len(years))).cumsum(axis=1))
    return xr.Dataset(
        {
            "group_effect": (("draw", "year"), effect),
            "national_index": (("draw", "year"), national),
            "regional_index": (("draw", "year"), national * np.exp(0.01 * rng.normal(size=national.shape))),
        },
        coords={
            "draw": np.arange(draws),
            "year": list(years),
            "period": ("year", ["base"] * len(BASE) + ["performance"] * len(YEARS)),
        },
        attrs=ATTRS,
    )


def make_settlement(experience: xr.Dataset, shares: Mapping[str, tuple[float, float]] = SHARES) -> xr.Dataset:
    """Savings of 1 % on average under a benchmark of $120 million, shared above a minimum rate of 2 %."""
    draws, rng = experience.sizes["draw"], np.random.default_rng(2)
    effect = experience["group_effect"].values
    saved = (
        0.01 + effect[:, :3].mean(axis=1, keepdims=True) - effect[:, 3:] + 0.02 * rng.normal(size=(draws, len(YEARS)))
    )
    gross = np.where(np.abs(saved) >= 0.02, 120e6 * saved, 0.0)
    provider = np.stack([np.where(gross > 0, up * gross, down * gross) for up, down in shares.values()])
    return xr.Dataset(
        {
            "net_usd": (("design", "party", "draw", "year"), np.stack([-provider, provider], axis=1)),
            "benchmark_usd": (("design", "draw", "year"), np.full(provider.shape, 120e6)),
            "settled_expenditure_usd": (
                ("design", "draw", "year"),
                np.broadcast_to(120e6 * (1 - saved), provider.shape),
            ),
        },
        coords={"design": list(shares), "party": ["payer", "provider"], "draw": np.arange(draws), "year": list(YEARS)},
        attrs=ATTRS,
    )


def make_arrangement(name: str, title: str, up: float, down: float) -> Arrangement:
    """Shared savings above a minimum, one figure of it from memory."""
    terms: list[Any] = [
        {"difference": {"of": "benchmark", "less": "expenditure"}, "source": "42 CFR 425.605"},
        {"minimum_rate": {"savings": 0.02}, "from": 2023},
        {"share": {"savings": up, "losses": down}},
    ]
    raw = {
        "title": title,
        "provisions": [{"name": "shared_savings", "payer": "payer", "payee": "provider", "terms": terms}],
    }
    figures = [
        {"name": "payment_limit", "value": 0.1, "unit": "fraction", "source": "42 CFR 425.605(d)", "grade": "D"},
        {"name": "loss_limit", "value": {2023: 0.04}, "unit": "fraction", "source": "unverified", "grade": "M"},
    ]
    return read_arrangement(raw, name, parameters=[UsedParameter.model_validate(figure) for figure in figures])


def make_scenario(**changed: Any) -> Scenario:
    """A scenario with every section that a report shows."""
    service = {
        "utilization_per_1000": 250,
        "mean_cost_usd": 12_000,
        "overdispersion": 2.0,
        "shared_weight": 0.5,
        "persistence": 0.4,
        "body_sigma": 1.0,
        "source": SOURCE,
    }
    assumptions = {
        "services": [
            {"category": "inpatient", "service": "stay", **service},
            {
                "category": "professional",
                "service": "visit",
                **service,
                "utilization_per_1000": 9_000,
                "mean_cost_usd": 150,
            },
        ],
        "shared_frailty": {"variance": 1.0, "persistence": 0.7, "source": SOURCE},
        "market_trend": {"national_shock_sd": 0.02, "regional_shock_sd": 0.01, "source": "unverified"},
        "provider_group": {"effect_sd": 0.02, "persistence": 0.8, "source": "judgement"},
        "risk_score": {"coding_growth": 0.01, "source": SOURCE},
        "quality": {"mean": 0.8, "sd": 0.05, "source": SOURCE},
        "provider_revenue": {"own_share": 0.35, "source": SOURCE},
        "large_claimants": {"floor_usd": 100_000},
    }
    raw: dict[str, Any] = {
        "vbcsim": 1,
        "name": "made_up",
        "title": "A made-up group of 12,000 members",
        "question": "Which of three drafts should the group sign?",
        "description": "Numbers from a seed.",
        "seed": 7,
        "years": {"base": list(BASE), "performance": list(YEARS)},
        "cohort": {
            "cells": [{"cell": "aged", "members": 10_000}, {"cell": "disabled", "members": 2_000}],
            "source": SOURCE,
        },
        "assumptions": Assumptions.model_validate(assumptions),
        "record": {"earned": {"value": 1_234_567, "unit": "usd", "source": "public-use file, row 12"}},
        # None of these is settled or varied: the settlement is made up as well.
        "designs": {"elsewhere": {"program": "made_up"}},
    }
    return Scenario.model_validate(raw | changed)


def make_material(
    draws: int = 1000,
    shares: Mapping[str, tuple[float, float]] = SHARES,
    titles: Mapping[str, str] | None = None,
    **scenario: Any,
) -> Material:
    """Everything a report is made from."""
    experience = make_experience(draws)
    settlement = make_settlement(experience, shares)
    names = titles or {"one_sided": "Draft A, one-sided", "two_sided": "Draft B, two-sided", "deep": "Draft C, deep"}
    return Material(
        scenario=make_scenario(**scenario),
        arrangements={name: make_arrangement(name, names.get(name, name), *share) for name, share in shares.items()},
        settlement=settlement,
        outcomes=summarize(settlement),
        comparison=compare(settlement),
        experience=experience,
    )


@pytest.fixture(scope="session")
def make() -> Callable[..., Material]:
    """The maker of made-up studies."""
    return make_material


@pytest.fixture(scope="session")
def study(make: Callable[..., Material]) -> Material:
    """One study of three designs in 1,000 draws."""
    return make()


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages without pictures, which take most of the time of making one."""
    monkeypatch.setattr("vbcsim.report.html.pictures", lambda material: {})


@pytest.fixture(scope="session")
def reported(small_run: Any) -> Material:
    """What the report of a run is made from: the shipped ACO with few members."""
    from vbcsim.pipeline.material import report_of

    return report_of(small_run)
