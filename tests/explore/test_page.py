"""The page is one inert file: it asks nothing of a network, runs its own script only, and no text ends that script."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace

from vbcsim.explore.page import negotiation_page

HOSTILE = "</script><script>alert(1)</script> ${7*7} {{7*7}} \u2028 \"'><img src=x onerror=alert(2)> \u202eltr"


def test_it_loads_nothing_and_runs_only_its_own_script(page):
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy[1]
    assert not re.search(r"https?://", page.replace("http-equiv", ""))
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.S)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy[1]
    assert not re.search(r"\s(on\w+|style)=\"", page.split("<script>")[0])


def test_the_same_run_gives_the_same_page(page, small_run):
    assert page == negotiation_page(small_run)


def test_hostile_text_stays_text(small_run):
    scenario = small_run.scenario.model_copy(update={"title": HOSTILE, "question": HOSTILE})
    text = negotiation_page(replace(small_run, scenario=scenario))
    assert text.count("<script>") == 1
    assert text.count("</script>") == 1
    assert "<img" not in text


def test_every_design_and_draw_is_in_it(page, small_run):
    line = next(line for line in page.splitlines() if line.startswith("<script>const DATA="))
    data = json.loads(line.removeprefix("<script>const DATA=").removesuffix(";"))
    assert [design["name"] for design in data["designs"]] == list(small_run.scenario.designs)
    assert data["draws"] == small_run.experience.sizes["draw"]
    assert data["years"] == list(small_run.scenario.years.performance)


def test_lines_made_from_claims_are_named_as_fixed(page):
    assert "Lines made from members' claims (benchmark, expenditure) stay" in page.replace("&#39;", "'")


def test_a_threshold_says_why_it_stays_and_how_low_it_could_go(page, small_run):
    floors = small_run.experience["claimant_floor_usd"].values
    assert f"though not below ${floors.min():,.0f} to ${floors.max():,.0f} by stratum" in page
    assert "a threshold counts member by member" in page
