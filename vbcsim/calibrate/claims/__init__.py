"""Eligibility and claims in: a user's files become person-years, a cohort and assumption tables."""
