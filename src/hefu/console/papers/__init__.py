"""An enterprise's own papers, looked through for it alone: they touch no register and are kept for some hours."""
