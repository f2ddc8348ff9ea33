"""Shapes used everywhere: components first, cases last.

A function written for `Vec3` serves one flight (`[3]`) and a batch (`[3, B]`):
it indexes leading component axes and lets any trailing case axes broadcast, which is
what the mark `#` says.
"""

from typing import TypeAlias

from jaxtyping import Array, Bool, Float, Int, UInt32

Scalar: TypeAlias = Float[Array, "*#cases"]
Vec3: TypeAlias = Float[Array, "3 *#cases"]
Mat3: TypeAlias = Float[Array, "3 3 *#cases"]
Quat: TypeAlias = Float[Array, "4 *#cases"]  # Hamilton, scalar first
Flag: TypeAlias = Bool[Array, "*#cases"]
Index: TypeAlias = Int[Array, "*#cases"]
Pads: TypeAlias = Float[Array, "3 legs *#cases"]  # a vector for each footpad
Jets: TypeAlias = Float[Array, "jets *#cases"]  # one number per attitude thruster
JetFlags: TypeAlias = Bool[Array, "jets *#cases"]
Key: TypeAlias = UInt32[Array, "2 *#cases"]  # counter-based generator key
