"""Real faults for real nodes: death at a named step, a disk that fails, a network that does worse."""
