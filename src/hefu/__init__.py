"""hefu 合符: the open tax-customs verification network."""

__version__ = "0.1.0"
