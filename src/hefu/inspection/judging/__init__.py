"""What the papers say: the comparison of every declaration, what papers say against each other, one answer."""
