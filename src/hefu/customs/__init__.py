"""The customs authority's node: it owns the use of certificates."""
