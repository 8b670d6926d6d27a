"""The comparison of very many documents at once, by the same rules as one."""
