"""The desk's own gate, before the import folder of the Single Window client."""
