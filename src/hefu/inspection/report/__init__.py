"""What an inspection writes: a page, a workbook, files for machines."""
