"""Official code tables as CSV, each with its source and date, and the module that loads them."""
