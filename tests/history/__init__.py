"""What clients were told, when, and whether all of it can be true.

A history holds every call of every client with the moments of its invocation and its answer. It is checked object by
object (linearizability is local) against small models of a certificate and of a declaration, and for I1 to I4 as far
as answers alone show them.
"""
