"""What the papers say: certificate, declaration, parties, goods, and the readers that take them in."""
