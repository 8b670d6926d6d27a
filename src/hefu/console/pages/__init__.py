"""The pages, a module for each person or thing that is looked at."""
