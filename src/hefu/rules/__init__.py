"""Is it the same thing: the comparison of certificate and declaration, written once."""
