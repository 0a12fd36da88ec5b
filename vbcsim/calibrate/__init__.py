"""Real data in: CMS public-use files become settled tables and scenarios."""
