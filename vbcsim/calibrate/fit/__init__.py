"""Fit of the experience model to person-level data: levels, frailty, severity, their errors and their credibility."""
