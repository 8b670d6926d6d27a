"""The tax authority's node: it owns the content of certificates."""
