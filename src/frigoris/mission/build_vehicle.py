"""From a mission's lander to the vehicle that flies: tanks, engines, jets, power."""

from types import SimpleNamespace
from typing import Any

import numpy as np
from scipy.optimize import nnls

from frigoris.lander.engines import NEVER, Engines
from frigoris.lander.mass import MassModel, Tanks
from frigoris.lander.power import Power
from frigoris.lander.rigid_body import Vehicle
from frigoris.lander.thrusters import Thrusters, corner_layout
from frigoris.math.tree import leaf
from frigoris.mission.build_gear import together

DESCENT = ("fuel", "oxidizer")
TORQUE_WEIGHT = 1e7  # of the torque over the effort when jets are chosen
NULL = 1e-9  # opposite jets cancel to this [-]


def make_vehicle(lander: SimpleNamespace) -> Vehicle:
    """The machine as it really is (SI)."""
    return Vehicle(
        mass=mass_model(lander),
        engines=_engines(lander),
        thrusters=_thrusters(lander.rcs),
    )


def diagonal(moments: object) -> np.ndarray:
    """Matrix with these on its diagonal, cases last where there are any."""
    values = np.asarray(moments, dtype=np.float64)
    matrix = np.zeros((3, *values.shape))
    for i in range(3):
        matrix[i, i] = values[i]
    return matrix


def _fuel_part(mixture: object) -> dict[str, Any]:
    """Fuel's and oxidizer's share of the mass at a mixture ratio."""
    fuel = 1.0 / (1.0 + np.asarray(mixture))
    return {"fuel": fuel, "oxidizer": 1.0 - fuel}


def _parts(lander: SimpleNamespace, mixture: object) -> list[Any]:
    """Each tank's share of the descent propellant."""
    kinds = {t.holds for t in lander.tanks}
    shares = _fuel_part(mixture)
    if not set(DESCENT) <= kinds:  # one propellant
        shares = {kind: np.asarray(1.0) for kind in DESCENT}
    found = []
    for tank in lander.tanks:
        alike = [t for t in lander.tanks if t.holds == tank.holds]
        room = volume(tank) / sum(volume(t) for t in alike)
        found.append(shares.get(tank.holds, np.asarray(0.0)) * room)
    return found


def volume(tank: SimpleNamespace) -> Any:
    """Inside a tank [m^3]."""
    return np.pi * np.asarray(tank.radius) ** 2 * np.asarray(tank.height)


def mass_model(lander: SimpleNamespace) -> MassModel:
    """Dry vehicle and tanks, filled at the planned mixture and emptied at the true."""
    tanks = lander.tanks
    usable = lander.propellant + np.asarray(lander.propellant_error)
    planned = _parts(lander, lander.mixture)
    burned = _parts(lander, lander.mixture * np.asarray(lander.mixture_scale))
    attitude = [t for t in tanks if t.holds == "attitude"]
    room = sum(volume(t) for t in attitude)
    rcs = [volume(t) / room if t.holds == "attitude" else 0.0 for t in tanks]
    left = [t.unusable for t in tanks]
    loads = [
        usable * part + lander.rcs_propellant * share + rest
        for part, share, rest in zip(planned, rcs, left, strict=True)
    ]
    lasts = [
        usable * (p / np.maximum(b, 1e-12))  # exact where the mixtures are the same
        for p, b in zip(planned, burned, strict=True)
        if np.all(p > 0.0)
    ]
    return MassModel(
        dry=leaf(lander.dry_mass),
        com_dry_B=leaf(lander.com_dry),
        inertia_dry_B=leaf(diagonal(lander.inertia_dry)),
        tanks=Tanks(
            bottom_B=leaf(together([t.position for t in tanks], axis=1)),
            radius=leaf(together([t.radius for t in tanks])),
            density=leaf(together([t.density for t in tanks])),
            load=leaf(together(loads)),
            share=leaf(together(burned)),
            share_rcs=leaf(together(rcs)),
            damping=leaf(together([t.slosh_damping for t in tanks])),
        ),
        loaded=leaf(usable),
        loaded_rcs=leaf(lander.rcs_propellant),
        unusable=leaf(sum(left)),
        stranded=leaf(usable - np.min(together(lasts), axis=0)),
    )


def direction(engine: SimpleNamespace) -> list[Any]:
    """Of the thrust: +z, turned by cant and misalignment about +x and then +y."""
    x, y = (
        np.asarray(a) + np.asarray(b)
        for a, b in zip(engine.cant, engine.misalignment, strict=True)
    )
    return [np.sin(y) * np.cos(x), -np.sin(x), np.cos(y) * np.cos(x)]


def _engines(lander: SimpleNamespace) -> Engines:
    engines = lander.engines

    def each(name: str) -> Any:
        return leaf(together([getattr(e, name) for e in engines]))

    falls = [np.where(np.asarray(e.lag_off) > 0.0, e.lag_off, e.lag) for e in engines]
    return Engines(
        thrust=leaf(
            together([e.thrust * e.scale * lander.engine_scale for e in engines])
        ),
        isp=leaf(together([e.isp * lander.isp_scale for e in engines])),
        isp_loss=each("isp_loss"),
        lag=each("lag"),
        lag_off=leaf(together(falls)),
        open_delay=each("open_delay"),
        close_delay=each("close_delay"),
        floor=each("throttle_min"),
        band_low=leaf(together([e.throttle_gap[0] for e in engines])),
        band_high=leaf(together([e.throttle_gap[1] for e in engines])),
        rate=each("throttle_rate"),
        ullage=each("ullage"),
        off_from=each("off_from"),
        on_from=each("on_from"),
        position_B=leaf(together([e.position for e in engines], axis=1)),
        direction_B=leaf(together([together(direction(e)) for e in engines], axis=1)),
        assist=tuple(e.group == "assist" for e in engines),
    )


def jet_places(rcs: SimpleNamespace) -> tuple[np.ndarray, np.ndarray]:
    """Positions [m] and force directions of all jets, [3, jets]."""
    if not rcs.jets:
        return corner_layout(rcs.arm, rcs.height)
    position = together([j.position for j in rcs.jets], axis=1)
    push = together([j.direction for j in rcs.jets], axis=1)
    return position, push / np.sqrt(np.sum(push**2, axis=0))


def _thrusters(rcs: SimpleNamespace) -> Thrusters:
    position, push = jet_places(rcs)
    number = np.arange(1, position.shape[1] + 1)

    def failing(which: Any, when: Any) -> Any:
        depth = max(np.ndim(which), np.ndim(when))
        hit = number.reshape((-1,) + (1,) * depth) == np.asarray(which)
        return np.where(hit, when, NEVER)

    return Thrusters(
        thrust=leaf(rcs.thrust),
        isp=leaf(rcs.isp),
        open_delay=leaf(rcs.open_delay),
        close_delay=leaf(rcs.close_delay),
        off_from=leaf(failing(rcs.off_jet, rcs.off_from)),
        on_from=leaf(failing(rcs.on_jet, rcs.on_from)),
        position_B=leaf(position),
        direction_B=leaf(push),
    )


def allocation(torque: np.ndarray) -> np.ndarray:
    """Duty of each jet per torque each way about each axis, `[jets, 6]` [1/(N m)].

    `torque` of each jet, `[3, jets]` [N m]. The least sum of squares that gives the
    torque with jets that only push.
    """
    jets = torque.shape[1]
    size = np.max(np.abs(torque))
    rows = np.vstack([TORQUE_WEIGHT * torque / size, np.eye(jets)])
    columns = []
    for axis in range(3):
        for sign in (1.0, -1.0):
            wanted = np.zeros(3 + jets)
            wanted[axis] = sign * TORQUE_WEIGHT
            columns.append(nnls(rows, wanted, maxiter=100 * jets)[0] / size)
    return np.stack(columns, axis=1)


def opposites(torque: np.ndarray) -> np.ndarray:
    """Pairs of jets whose torques cancel, a row of ones and zeros for each."""
    jets, pairs, taken = torque.shape[1], [], set[int]()
    scale = np.max(np.abs(torque))
    for i in range(jets):
        for j in range(i + 1, jets):
            if {i, j} & taken:
                continue
            if np.max(np.abs(torque[:, i] + torque[:, j])) < NULL * scale:
                pairs.append([float(k in (i, j)) for k in range(jets)])
                taken |= {i, j}
    return np.array(pairs).reshape(len(pairs), jets)


def make_power(p: SimpleNamespace) -> Power:
    """Battery, source and loads."""
    return Power(
        capacity=leaf(p.battery),
        charge=leaf(p.battery * np.asarray(p.charge)),
        volts_full=leaf(p.full),
        volts_empty=leaf(p.empty),
        resistance=leaf(p.resistance),
        solar=leaf(p.solar),
        steady=leaf(p.avionics + np.asarray(p.heaters)),
        radio=leaf(p.radio),
        valve=leaf(p.engine_valve),
        jet=leaf(p.jet_valve),
        brownout=leaf(p.brownout),
        recover=leaf(p.recover),
    )
