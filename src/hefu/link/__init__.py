"""Between the authorities: signed envelopes, outbox, inbox, pull, and what carries them."""
