"""The agent's quarterly report (STA Announcement 17 of 2025 art. 7): for whom it really exported, and for how much."""
