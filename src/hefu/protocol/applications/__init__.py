"""Applications for a certificate at tax: checked, filed, decided, and issued when approved."""
