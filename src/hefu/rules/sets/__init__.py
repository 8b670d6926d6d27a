"""The rule sets of hefu, one file a version."""
