"""Self-inspection: an enterprise checks its own certificates and declarations before the port does."""
