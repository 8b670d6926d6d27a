"""Workbooks of Excel 2007 and later, in streams: rows of any number in bounded memory."""
