"""The version is the one of the package."""

from __future__ import annotations

import tomllib

import vbcsim


def test_the_version_is_that_of_the_package(repository):
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert vbcsim.__version__ == project["version"]
