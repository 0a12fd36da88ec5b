"""The question of a study: its model, its file with every problem placed, overrides and schema."""
