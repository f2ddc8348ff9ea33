"""Channels, messages and triggers of faults by name and number.

Without JAX, so that a mission file is checked at once.
"""

SLOTS = 4  # of a table
BEAMS = 8  # of a velocimeter at most
# what is measured, in the order of its components
CHANNELS = (
    *(f"gyro_{k}" for k in "xyz"),
    *(f"accelerometer_{k}" for k in "xyz"),
    *(f"star_turn_{k}" for k in "xyz"),  # error of an attitude, body axes
    *(f"star_q_{k}" for k in "wxyz"),
    "laser",
    "radar",
    *(f"beam_{k}" for k in range(BEAMS)),
    *(f"fix_{k}" for k in "xyz"),
    "fix_sigma",
    "gauge",
)
GYRO, ACCEL, TURN, STAR = slice(0, 3), slice(3, 6), slice(6, 9), slice(9, 13)
LASER, RADAR, FIRST_BEAM = 13, 14, 15
FIX, SIGMA, GAUGE = slice(23, 26), 26, 27
# what travels over the bus
MESSAGES = (
    "laser",
    "radar",
    "velocimeter",
    "camera",
    "star_tracker",
    "imu",
    "gauge",
    "commands",
)
# what a trigger looks at
TIME, ALTITUDE, ONBOARD_ALTITUDE, PHASE, OPENINGS, RANGES = range(6)
TABLES = ("measurement", "actuator", "bus", "processor", "discrete", "contact")
FOREVER = 1e8  # longer than every flight [s]
LARGE = 1e30  # stands for no limit
NOT = -1e30  # stands for no value
