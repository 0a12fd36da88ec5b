"""contract/terms."""
