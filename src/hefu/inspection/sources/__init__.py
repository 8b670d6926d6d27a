"""Files, folders and archives of strangers as sources, each known by what its bytes are."""
