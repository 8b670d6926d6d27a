"""The steps of the schema, in order; each is applied once, in one transaction."""
