"""The error tree. A crash of the lander is never an error: it is an outcome.

Every message has four parts: what was attempted, what was found, where, and what to do.
"""


class FrigorisError(Exception):
    """Anything this package raises on purpose."""


class UserError(FrigorisError):
    """The user's mistake: one clear message, exit code 2, no traceback."""


class MissionFileError(UserError):
    """One or more faults in a mission file, each with `file:line:col`."""


class UnknownMissionError(UserError):
    """A mission name that is neither in the catalogue nor a path."""


class DataError(UserError):
    """A data file that is missing, damaged or not what was expected."""


class OutputError(UserError):
    """A place where results can't be written."""


class WorkerError(UserError):
    """The machine ends what flies, time and again: not ours, and not the mission's."""


class FrameMismatchError(FrigorisError):
    """A chain of rotations whose adjacent frames do not cancel."""
