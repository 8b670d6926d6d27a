"""Protocols with one deliberate fault each. The checker is worth its name only if it catches them all."""
