"""When a system or the link fails: tickets, paper certificates, and what cannot both be right (DESIGN §4, §9)."""
