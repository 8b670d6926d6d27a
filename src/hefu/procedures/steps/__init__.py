"""Guided procedures: the steps of a return, an amendment, a withdrawal or an agency export, and where this one stands."""
