"""The enterprise's procedures: what is owed, by when, and what is missing."""
