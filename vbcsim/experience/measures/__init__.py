"""Quality measures, one file each; the file name is the YAML word."""
