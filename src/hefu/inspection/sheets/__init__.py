"""Workbooks, texts, Parquet and PDF as sheets: blocks of text cells."""
