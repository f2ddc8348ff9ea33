"""Defects of the world, the machine, the instruments and the filter."""

from defects.catalogue import Defect

BODY = ("tests/analytic/test_rigid_body.py",)
LANDER = ("tests/unit/lander/test_lander.py",)
SENSORS = ("tests/unit/sensors/test_sensors.py",)
LASER = ("tests/unit/sensors/test_laser.py",)
INSTRUMENTS = ("tests/unit/sensors/test_instruments.py",)
NAVIGATION = ("tests/unit/onboard/test_navigation.py",)
EDITING = ("tests/unit/onboard/test_editing.py",)
GRAVITY = ("tests/unit/math/test_harmonics.py",)
TRIG = ("tests/unit/math/test_trig.py",)
GRID = ("tests/unit/math/test_grid.py",)
SKY = ("tests/unit/moon/test_sky.py",)

DEFECTS = [
    Defect(
        "gravity pushes",
        "math/harmonics.py",
        "return -field.mu / (distance * distance * distance) * r",
        "return field.mu / (distance * distance * distance) * r",
        GRAVITY,
    ),
    Defect(
        "uneven gravity is that of the start of a step",
        "lander/rigid_body.py",
        "uneven_gravity(world, y.r_M + 0.5 * h * y.v_M)",
        "uneven_gravity(world, y.r_M)",
        BODY,
    ),
    Defect(
        "an angle in the third quadrant comes out in the fourth",
        "math/trig.py",
        "angle = jnp.where(x < 0.0, jnp.pi - angle, angle)",
        "angle = jnp.where((x < 0.0) & (y > 0.0), jnp.pi - angle, angle)",
        TRIG,
    ),
    Defect(
        "a tesseral term has its sign flipped",
        "math/harmonics.py",
        "dy = 0.5 * (-c * w_up + s * v_up)",
        "dy = 0.5 * (-c * w_up - s * v_up)",
        GRAVITY,
    ),
    Defect(
        "the Coriolis term is halved",
        "lander/rigid_body.py",
        "cross(omega, 2.0 * v_M + cross(omega, r_M))",
        "cross(omega, v_M + cross(omega, r_M))",
        BODY,
    ),
    Defect(
        "the gyroscopic torque is left out",
        "lander/rigid_body.py",
        "torque = held.torque_B - cross(y.omega_BI_B, momentum)",
        "torque = held.torque_B + 0.0 * momentum",
        BODY,
    ),
    Defect(
        "the middle stages of the integrator weigh one",
        "lander/rigid_body.py",
        "weights = jnp.array([1.0, 2.0, 2.0, 1.0]) / 6.0 * h",
        "weights = jnp.array([1.0, 1.0, 1.0, 1.0]) / 4.0 * h",
        BODY,
    ),
    Defect(
        "the lever arm is taken from the origin, not the centre of mass",
        "lander/engines.py",
        "arm_each = engines.position_B - com_B[:, None]",
        "arm_each = engines.position_B + 0.0 * com_B[:, None]",
        LANDER,
    ),
    Defect(
        "propellant flows at thrust over specific impulse, without g0",
        "lander/engines.py",
        "flow=1.0 / (isp * G0),",
        "flow=1.0 / (isp * 9.81),",
        LANDER,
    ),
    Defect(
        "the echo falls with the range, not its square",
        "sensors/laser.py",
        "(jnp.pi * view.slant_range * view.slant_range)",
        "(jnp.pi * view.slant_range * 5e4)",
        LASER,
    ),
    Defect(
        "any single detection is valid",
        "sensors/laser.py",
        "jnp.isfinite(shot) & (count >= laser.confirm)",
        "jnp.isfinite(shot) & (count >= 1.0)",
        LASER,
    ),
    Defect(
        "a stretched echo is as high as a short one",
        "sensors/laser.py",
        "return echo / jnp.sqrt(1.0 + spread * spread)",
        "return echo + 0.0 * spread",
        LASER,
    ),
    Defect(
        "false alarms come twice as often",
        "sensors/laser.py",
        "laser.bandwidth / jnp.sqrt(3.0)",
        "laser.bandwidth / jnp.sqrt(0.75)",
        LASER,
    ),
    Defect(
        "a reading comes a tick early",
        "sensors/delay.py",
        "due = jnp.abs(age[tail] - latency) < 0.5",
        "due = jnp.abs(age[tail] + 1.0 - latency) < 0.5",
        INSTRUMENTS,
    ),
    Defect(
        "the accelerometer feels no turn",
        "sensors/imu.py",
        "dv_B = dv_B + cross(change_B, arm)",
        "dv_B = dv_B + 0.0 * cross(change_B, arm)",
        INSTRUMENTS,
    ),
    Defect(
        "a considered error is estimated",
        "onboard/covariance.py",
        "moved.append(d + (share[i] * step if i in share else step))",
        "moved.append(d + step)",
        NAVIGATION,
    ),
    Defect(
        "the cross terms of a considered error are those of an estimated one",
        "onboard/covariance.py",
        "less = gain * (a + b - s * gain * a * b) * (u[i][:, None] * u[j][None])",
        "less = both * a * b * (u[i][:, None] * u[j][None])",
        NAVIGATION,
    ),
    Defect(
        "the mounting of the star tracker is left out beside the attitude",
        "onboard/covariance.py",
        "s = u[which][k] + dot(row, u[other]) + variance",
        "s = u[which][k] + variance",
        NAVIGATION,
    ),
    Defect(
        "the scale error of the accelerometer is subtracted",
        "sensors/imu.py",
        "accel = (1.0 + imu.accel_scale) * dv_B",
        "accel = (1.0 - imu.accel_scale) * dv_B",
        SENSORS,
    ),
    Defect(
        "the noise of an increment grows with time, not its root",
        "sensors/imu.py",
        "root = jnp.sqrt(dt)",
        "root = dt",
        SENSORS,
    ),
    Defect(
        "the range turns the wrong way with the attitude",
        "onboard/ranging.py",
        "rho * cross(u_M, normal) / cos_incidence",
        "-rho * cross(u_M, normal) / cos_incidence",
        NAVIGATION,
    ),
    Defect(
        "the filter believes that the accelerometer was always integrated",
        "onboard/covariance.py",
        "tilted = t.sensed * matmul(t.dcm_MB, ba)",
        "tilted = t.h * matmul(t.dcm_MB, ba)",
        NAVIGATION,
    ),
    Defect(
        "a rejected measurement shrinks the covariance",
        "onboard/covariance.py",
        "gain = jnp.where(use, 1.0 / (s + extra), 0.0)",
        "gain = 1.0 / (s + extra)",
        NAVIGATION,
    ),
    Defect(
        "a latch opens again with the next range that fits",
        "onboard/editing.py",
        "good = seen & (inside | free) & ~deaf",
        "good = seen & (inside | free)",
        EDITING,
    ),
    Defect(
        "any rejects in a row are taken for a step of the ground",
        "onboard/editing.py",
        "agrees = jnp.abs(nu - memory.last) <= editor.agree",
        "agrees = jnp.abs(nu) >= 0.0",
        EDITING,
    ),
    Defect(
        "east and west are swapped on the map",
        "math/grid.py",
        "east = lon - grid.lon_west[k]",
        "east = grid.lon_west[k] - lon",
        GRID,
    ),
    Defect(
        "the pole leans the other way",
        "moon/orientation.py",
        "np.pi / 2 + alpha, np.pi / 2 - delta, w",
        "np.pi / 2 + alpha, delta - np.pi / 2, w",
        SKY,
    ),
]
