"""What carries envelopes between the nodes."""
