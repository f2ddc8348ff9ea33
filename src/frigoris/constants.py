"""Each physical constant once, with its source. SI units."""

# Gravitational parameter of the Moon [m^3/s^2].
# GRAIL GRGM900C (Lemoine et al. 2014), header of the coefficient file.
MU_MOON = 4.902799967088640e12

# How fast the Moon turns about its pole [rad/s]. IAU/WGCCRE: 13.17635815 deg a day.
SPIN_MOON = 2.661_699_5e-6

# Highest ground over the sphere of heights, to 0.1 km [m]. LOLA: 5.4 N 158.6 W.
HIGHEST_MOON = 10_800.0

# Radius of the sphere that heights refer to [m]. LOLA GDR (PDS LRO-L-LOLA-4-GDR-V1.0).
RADIUS_MOON = 1.7374e6

# Reference radius of the gravity coefficients [m]. GRGM900C, LP165P.
RADIUS_GRAVITY = 1.738e6

# Standard gravity, which defines specific impulse [m/s^2]. CGPM 1901.
G0 = 9.80665

# Speed of light [m/s]. SI definition.
C_LIGHT = 299_792_458.0

# Planck constant [J s]. SI definition.
H_PLANCK = 6.626_070_15e-34

# Clock of the flight with engines on [s], and how late an instrument may speak, in its
# ticks. Own choices; every rate is the clock's over a whole number.
TICK = 0.1
LATENCY_TICKS = 15

# Gravitational parameters of Earth and Sun [m^3/s^2]. DE421 (Folkner et al. 2009), from
# memory of its header; a tide needs three digits.
MU_EARTH = 3.98600436233e14
MU_SUN = 1.32712440040944e20

# Gravity at the surface of the Moon, to 0.2 % [m/s^2]; flights have the field itself.
GRAVITY_MOON = 1.62
