"""The public surface: few names, each of them there, documented, and nothing public beside them."""

from __future__ import annotations

import inspect
import types

import vbcsim

_VERBS = {"load_scenario", "build_cohort", "simulate", "settle", "summarize", "compare", "run"}


def test_the_surface_is_small_and_every_stage_is_a_verb():
    assert len(vbcsim.__all__) <= 20
    assert len(set(vbcsim.__all__)) == len(vbcsim.__all__)
    assert set(vbcsim.__all__) >= _VERBS


def test_every_public_name_can_be_had_and_is_documented():
    for name in vbcsim.__all__:
        value = getattr(vbcsim, name)
        if callable(value):
            assert inspect.getdoc(value), f"vbcsim.{name} has no docstring"
    assert set(vbcsim.__all__) <= set(dir(vbcsim))


def test_nothing_public_stands_outside_the_list():
    public = {
        name
        for name, value in vars(vbcsim).items()
        if not name.startswith("_")
        and not isinstance(value, types.ModuleType)
        and str(getattr(value, "__module__", "")).startswith("vbcsim")
    }
    assert public <= set(vbcsim.__all__), f"public but not in __all__: {sorted(public - set(vbcsim.__all__))}"


def test_an_unknown_name_is_an_attribute_error():
    assert not hasattr(vbcsim, "simulat")
