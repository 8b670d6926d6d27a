"""The state machines of both authorities, pure: state, message or command in; changed records,
journal entries and messages out. Clock, ids, store, keys and network are handed in.
"""
