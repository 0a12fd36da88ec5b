"""The negotiation page: one self-contained file whose settlement is traced from the terms' own arithmetic."""
