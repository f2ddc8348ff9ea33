"""Faults in flight: numbers of `Params`, injected where hardware meets software.

`tables` says what a fault can be, `trigger` when it is there, the others do it.
"""
