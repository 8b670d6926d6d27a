"""Readers: bytes from outside become documents, whole or not at all."""
