"""Refunds at tax: claims, what goes back of them, and what they mean for certificates (I6)."""
