"""What an inspection may say: the registry of checks, what a person does next, the words, the result."""
