"""Where in a sheet what stands: its tables, the header, which column is which field; columns as typed columns."""
