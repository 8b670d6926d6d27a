"""Where truth lives: one schema, SQLite by default."""
