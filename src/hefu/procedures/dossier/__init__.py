"""The dossier of a shipment, for the enterprise: what it is, what is missing, what contradicts, what is due."""
