"""The fields that papers have: how people call them, and how they write what stands in them."""
