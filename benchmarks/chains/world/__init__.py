"""A seeded simulator of the trade. Its tables are what an investigator holds; its truth is kept apart."""
