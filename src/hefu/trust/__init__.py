"""Keys and doors: who signs, and who may do what."""
