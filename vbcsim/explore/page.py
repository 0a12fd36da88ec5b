"""The negotiation page: one self-contained HTML file that settles drafts while a reader moves their figures."""

from __future__ import annotations

import base64
import hashlib
import json
from importlib.resources import files
from typing import Any

from vbcsim.core.text import visible
from vbcsim.explore.payload import Payload, RunLike, payload_of

__all__ = ["negotiation_page", "settlement_script"]


def negotiation_page(run: RunLike) -> str:
    """The page of a finished run as the text of one HTML file; the same text for the same run."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    payload = payload_of(run)
    script = settlement_script(payload) + "\n" + _read("page.js")
    style = _read("page.css")
    loader = PackageLoader("vbcsim.explore", "templates")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.get_template("page.html.jinja").render(
        _words(payload.data)
        | {"floor": _floor(run)}
        | {"script": script, "script_hash": _hash(script), "style": style, "style_hash": _hash(style)}
    )


def settlement_script(payload: Payload) -> str:
    """The part of the page's script that settles: data, traced functions and engine; Node runs it as well."""
    # "<" as an escape: no text of a scenario can end the script element.
    data = json.dumps(payload.data, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    functions = ",\n".join(payload.functions)
    return f"const DATA={data};\nconst FUNCTIONS=[{functions}];\n{_read('engine.js')}"


def _words(data: dict[str, Any]) -> dict[str, Any]:
    years = data["years"]
    frozen = sorted({line["name"] for d in data["designs"] for line in d["lines"] if "a" in line and line["made"]})
    return {
        **{
            name: visible(str(data[name]))
            for name in ("title", "question", "name", "seed", "experience_hash", "version")
        },
        "draws": data["draws"],
        "of_draws": data["of_draws"],
        "period": str(years[0]) if len(years) == 1 else f"{years[0]}\N{EN DASH}{years[-1]}",
        "frozen": ", ".join(name.replace("_", " ") for name in frozen),
    }


def _floor(run: RunLike) -> str:
    """From which yearly cost on the run lists members one by one: no threshold can be lower."""
    floors = sorted({float(usd) for usd in run.experience["claimant_floor_usd"].values.ravel()})
    if not floors:
        return ""
    return f"${floors[0]:,.0f}" if len(floors) == 1 else f"${floors[0]:,.0f} to ${floors[-1]:,.0f} by stratum"


def _read(name: str) -> str:
    return (files("vbcsim.explore") / "templates" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
