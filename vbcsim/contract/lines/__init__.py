"""contract/lines."""
