"""The data review of a folder of claims: one self-contained HTML page in the style of the report."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vbcsim.calibrate.claims.review import Review

__all__ = ["data_review_html"]

_APART = "th.n + th:not(.n), td.n + td:not(.n) { padding-left: 1rem; }\n"
"""Words that follow figures stand apart from them."""


def data_review_html(review: Review) -> str:
    """The page as text; the same text for the same review."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("vbcsim.report", "templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    style = environment.get_template("report.css.jinja").render().strip() + "\n" + _APART
    style_hash = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    page = environment.get_template("data_review.html.jinja")
    return page.render(review=review, style=style, style_hash=style_hash)
