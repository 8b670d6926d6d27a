"""Typed rows as papers: heads and lines, on shelves by the number of their paper."""
