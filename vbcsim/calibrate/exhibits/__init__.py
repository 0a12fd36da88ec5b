"""Published exhibits: figures that textbooks, papers and regulations print, computed again by the engine's means."""
