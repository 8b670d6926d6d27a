"""What is due for an enterprise by what a node itself knows: on its start page, in a calendar, over the API."""
