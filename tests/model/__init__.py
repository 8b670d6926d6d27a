"""The protocol about one certificate as a model: proved for any number of steps, and tied to the code (docs/model.md)."""
