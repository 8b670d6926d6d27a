"""What both services share: guarded routes, problem+json, idempotency, bulk intake, the node."""
