"""How far buy-and-export is laid bare, measured in simulated trade (docs/decisions/0016-chains-measurement.md)."""
