"""The page in a real browser, by mouse and keyboard: what it shows is what Python settles."""

from __future__ import annotations

import json
import re
import shutil

import numpy as np
import pytest

from vbcsim.contract.book import Book
from vbcsim.contract.settle import settle

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed; the test extra has it")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed; CI has it")


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as p:
        chromium = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def tab(browser, page, tmp_path):
    file = tmp_path / "negotiate.html"
    file.write_text(page, encoding="utf-8")
    context = browser.new_context(viewport={"width": 1300, "height": 900}, accept_downloads=True)
    tab = context.new_page()
    asked: list[str] = []
    wrong: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    tab.goto(file.as_uri())
    yield tab
    assert wrong == []
    assert [url for url in asked if not url.startswith(("file:", "blob:", "data:"))] == []
    context.close()


def clause(tab, word):
    """The first clause of a word."""
    return tab.locator("li.clause").filter(has=tab.locator("label", has_text=re.compile(rf"^\s*{word}"))).first


def cell(tab, row, column=1):
    """The text of a figure."""
    return tab.locator("#figures tbody tr", has_text=row).first.locator("td").nth(column - 1).inner_text()


def millions(text):
    return float(re.sub(r"[^\d.−]", "", text.split("±")[0]).replace("−", "-"))


def test_it_opens_with_what_python_settled(tab, small_run):
    net = small_run.settlement["net_usd"].sel(party="provider").sum("year")
    for k, design in enumerate(list(small_run.scenario.designs)[:2]):
        said = tab.evaluate(f"outcome(state.drafts[{k}]).parties.provider.mean")
        assert said == pytest.approx(float(net.sel(design=design).mean()), rel=1e-12)
    assert "±" in cell(tab, "Average")


def test_a_figure_moved_by_keyboard_is_settled_as_python_would(tab, small_run):
    tab.get_by_role("tab").nth(1).click()
    before = cell(tab, "Average", 2)
    range_ = clause(tab, "share").locator("input[type=range]").first
    range_.focus()
    for _ in range(4):
        tab.keyboard.press("PageDown")
    tab.wait_for_timeout(150)
    share = tab.evaluate("state.drafts[1].provisions[0].clauses.find(c => clauseOf(c).word === 'share').f[0]")
    assert share == pytest.approx(0.3)
    assert cell(tab, "Average", 2) != before
    changed = _with_share(small_run.scenario.arrangements["basic_e"], share)
    net = settle(Book.from_experience(small_run.experience), {"d": changed})["net_usd"]
    expected = net.sel(design="d", party="provider").sum("year").values
    said = tab.evaluate("Array.from(outcome(state.drafts[1]).settled.net.provider)")
    np.testing.assert_allclose(said, expected, rtol=0, atol=1e-6)


def _with_share(arrangement, savings):
    provisions = []
    for provision in arrangement.provisions:
        steps = [
            step.model_copy(update={"term": step.term.model_copy(update={"savings": savings})})
            if step.word == "share"
            else step
            for step in provision.terms
        ]
        provisions.append(provision.model_copy(update={"terms": tuple(steps)}))
    return arrangement.model_copy(update={"provisions": tuple(provisions)})


def test_drop_copy_and_move_clauses_by_clicking(tab):
    clauses = tab.locator("li.clause")
    n = clauses.count()
    first = clauses.nth(0).locator("label").inner_text()
    clauses.nth(0).get_by_label(re.compile("later")).click()
    assert clauses.nth(1).locator("label").inner_text() == first
    clauses.nth(1).get_by_label(re.compile("Copy")).click()
    assert clauses.count() == n + 1
    clauses.nth(1).get_by_label(re.compile("Drop")).click()
    assert clauses.count() == n
    clauses.nth(0).locator("input[type=checkbox]").uncheck()
    assert "off" in (clauses.nth(0).get_attribute("class") or "")
    tab.locator("section.provision select").first.select_option(index=1)
    assert clauses.count() == n + 1


def test_up_to_four_drafts_side_by_side(tab):
    for _ in range(2):
        tab.locator("#new").select_option("copy")
    assert tab.locator("#figures thead th").count() == 4
    assert tab.locator("#pictures canvas").count() == 4
    assert tab.locator("#new").is_disabled()
    assert cell(tab, "Better than draft 1", 2).endswith("%") or "±" in cell(tab, "Better than draft 1", 2)
    tab.locator("#remove").click()
    assert tab.locator("#figures thead th").count() == 3


def test_the_address_keeps_the_drafts_and_refuses_a_damaged_one(tab, browser):
    clause(tab, "share").locator("input[type=number]").first.fill("33.5")
    tab.wait_for_timeout(600)
    address = tab.url
    assert "#" in address
    again = browser.new_page()
    again.goto(address)
    assert clause(again, "share").locator("input[type=number]").first.input_value() == "33.5"
    again.goto("about:blank")
    again.goto(address.split("#")[0] + "#" + address.split("#")[1][:-40] + "AAAA")
    assert "starts afresh" in again.locator("#status").inner_text()
    assert again.locator("#figures tbody tr").count() > 5
    again.close()


def test_a_saved_draft_is_settled_by_the_command_to_the_same_figure(tab, small_run, tmp_path):
    from click.testing import CliRunner

    from vbcsim.cli import main

    clause(tab, "share").locator("input[type=number]").first.fill("35")
    tab.wait_for_timeout(150)
    with tab.expect_download() as saved:
        tab.locator("#export").click()
    file = tmp_path / "drafts.yaml"
    saved.value.save_as(file)
    small_run.save(tmp_path / "run")
    done = CliRunner().invoke(main, ["settle", str(tmp_path / "run"), str(file), "--json"], standalone_mode=False)
    assert done.exception is None, done.output
    found = json.loads(done.stdout)["designs"]
    for k, figures in enumerate(found.values()):
        said = tab.evaluate(f"outcome(state.drafts[{k}]).parties.provider")
        assert said["mean"] == pytest.approx(figures["parties"]["provider"]["mean_usd"], rel=1e-9, abs=1e-6)
        assert said["p5"] == pytest.approx(figures["parties"]["provider"]["p5_usd"], rel=1e-9, abs=1e-6)
        tail = figures["parties"]["provider"]["tvar95_usd"]
        assert said["tail"]["value"] == pytest.approx(tail, rel=1e-9, abs=1e-6)


def test_small_screens_need_no_sideways_scrolling(tab):
    tab.set_viewport_size({"width": 390, "height": 800})
    tab.wait_for_timeout(100)
    assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_every_control_has_a_name_and_can_be_reached_by_tab(tab):
    nameless = tab.evaluate(
        "[...document.querySelectorAll('button,select,input')].filter(e => !(e.getAttribute('aria-label') || "
        "e.textContent.trim() || e.labels?.length)).length"
    )
    assert nameless == 0
    tab.keyboard.press("Tab")
    seen = set()
    for _ in range(60):
        seen.add(tab.evaluate("document.activeElement.tagName + (document.activeElement.type || '')"))
        tab.keyboard.press("Tab")
    assert {"BUTTONbutton", "SELECTselect-one", "INPUTrange", "INPUTnumber"} <= seen
