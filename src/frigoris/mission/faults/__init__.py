"""The library of faults: every class that can be injected, a file for each group.

A class is found by being there: a file of this folder that has `CLASSES`.
"""
