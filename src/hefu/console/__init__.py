"""The web console: five people at work, in Chinese and English. It asks its own node's API, with the person's token."""
