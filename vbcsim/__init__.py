"""vbcsim."""
