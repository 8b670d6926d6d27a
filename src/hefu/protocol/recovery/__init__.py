"""What a node has said and forgotten, taken back from its own signed words (docs/decisions/0010-reconciliation.md)."""
