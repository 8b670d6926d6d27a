"""The customs authority beyond its protocol."""
