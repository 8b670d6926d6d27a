"""The rules told to people: worked examples, the table of what is compared, the pages of docs/rules.

Nothing here decides: a rule set's hash covers the modules of the room above, so that a better story does not
make a new rule set.
"""
