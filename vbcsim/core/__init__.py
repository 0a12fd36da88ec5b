"""What every room uses: errors, units, frozen models, families, the glossary, files."""
