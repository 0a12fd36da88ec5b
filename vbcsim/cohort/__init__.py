"""Cohort: rating cells, their members and their expected use and cost by year."""
