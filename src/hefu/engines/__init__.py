"""Where the same rules run at scale."""
