"""A page in the report's style: one file that loads nothing and runs nothing, with a policy that says so."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from vbcsim.report.words import clip

__all__ = ["page_of"]


def page_of(template: str, title: str, context: Mapping[str, Any]) -> str:
    """The page of a template, which may use ``style``, ``style_hash`` and what the context holds; all text escaped.

    :param title: stands at the head of every printed page but the first.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("vbcsim.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    running = {"running": _css_text(clip(title, 90))}
    style = environment.get_template("report.css.jinja").render(running).strip() + "\n"
    return environment.get_template(template).render({**context, "style": style, "style_hash": _hash(style)})


def _css_text(text: str) -> str:
    """Text as a string of a style sheet: whatever is no plain letter, digit or blank is written by its number.

    The blank after a number ends it, and is no part of the text.
    """
    return '"' + "".join(c if c.isascii() and (c.isalnum() or c == " ") else f"\\{ord(c):06x} " for c in text) + '"'


def _hash(style: str) -> str:
    """The style's hash, for a content security policy that allows this style and no other."""
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
