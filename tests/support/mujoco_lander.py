"""The same lander in MuJoCo: an independent judge of its touchdown.

Rigid ground, Coulomb friction, struts of spring and damper. MuJoCo knows no massless
footpads: each has 1.5 kg here, on three slides.
"""

from dataclasses import dataclass

import mujoco
import numpy as np

PAD_MASS = 1.5  # [kg]
PAD_RADIUS = 0.01  # [m]
TIMESTEP = 2e-4  # [s]


@dataclass(frozen=True)
class Scene:
    """One touchdown on a slope along x, the body turned about the slope's normal."""

    slope: float  # the ground rises by it towards +x [rad]
    yaw: float  # [rad]
    v: np.ndarray  # of the centre of mass, axes of the slope [m/s]


@dataclass(frozen=True)
class Machine:
    """What both models have in common; struts of a leg are alike."""

    mass: float
    inertia: tuple[float, float, float]
    com: float  # height of the centre of mass in body axes [m]
    pads: np.ndarray  # [legs, 3], body axes [m]
    hinges: np.ndarray  # [legs, 3, 3]
    stiffness: float
    damping: float
    friction: float
    gravity: float


def model(m: Machine, scene: Scene) -> mujoco.MjModel:
    """The scene with the slope as the level plane of MuJoCo, gravity inclined."""
    legs, tendons = [], []
    q = f"{np.cos(scene.yaw / 2)} 0 0 {np.sin(scene.yaw / 2)}"
    for i, pad in enumerate(m.pads):
        at = pad - [0, 0, m.com]
        sites = ""
        for j, hinge in enumerate(m.hinges[i]):
            h = hinge - [0, 0, m.com]
            sites += f'<site name="h{i}{j}" pos="{h[0]} {h[1]} {h[2]}"/>'
            free = np.linalg.norm(pad - hinge)
            tendons.append(
                f'<spatial stiffness="{m.stiffness}" damping="{m.damping}" '
                f'springlength="{free}"><site site="h{i}{j}"/><site site="p{i}"/>'
                "</spatial>"
            )
        slides = "".join(
            f'<joint type="slide" axis="{a}"/>' for a in ("1 0 0", "0 1 0", "0 0 1")
        )
        legs.append(
            f'{sites}<body pos="{at[0]} {at[1]} {at[2]}">{slides}'
            f'<inertial pos="0 0 0" mass="{PAD_MASS}" diaginertia="1e-3 1e-3 1e-3"/>'
            f'<geom type="sphere" size="{PAD_RADIUS}" friction="{m.friction} 0 0"/>'
            f'<site name="p{i}"/></body>'
        )
    # the lander's own mass is less by its footpads
    mass = m.mass - PAD_MASS * len(m.pads)
    g = m.gravity * np.array([-np.sin(scene.slope), 0.0, -np.cos(scene.slope)])
    lowest = m.com - m.pads[:, 2].min() + PAD_RADIUS
    return mujoco.MjModel.from_xml_string(
        f"""<mujoco><option timestep="{TIMESTEP}" gravity="{g[0]} {g[1]} {g[2]}"
        cone="elliptic" impratio="10" integrator="implicitfast"/>
        <default>
        <geom condim="3" solref="-6e6 -5e3" solimp="0.99 0.99 0.0001"/></default>
        <worldbody>
        <geom type="plane" size="50 50 1" friction="{m.friction} 0 0"/>
        <body pos="0 0 {lowest}" quat="{q}"><freejoint/>
        <inertial pos="0 0 0" mass="{mass}"
        diaginertia="{m.inertia[0]} {m.inertia[1]} {m.inertia[2]}"/>
        {"".join(legs)}</body></worldbody>
        <tendon>{"".join(tendons)}</tendon></mujoco>"""
    )


def fly(m: Machine, scene: Scene, seconds: float) -> tuple[bool, np.ndarray]:
    """Whether it fell over, and the largest shortening of each strut [m]."""
    made = model(m, scene)
    data = mujoco.MjData(made)
    data.qvel[:3] = scene.v
    free = np.array([x for i in range(len(m.pads)) for x in _free(m, i)])
    most = np.zeros(len(free))
    down = np.array([-np.sin(scene.slope), 0.0, -np.cos(scene.slope)])
    for _ in range(int(seconds / TIMESTEP)):
        mujoco.mj_step(made, data)
        most = np.maximum(most, free - data.ten_length)
        axis = data.xmat[1].reshape(3, 3)[:, 2]
        if -axis @ down < 0.5:
            return True, most
        if data.time > 1.0 and np.max(np.abs(data.qvel[:6])) < 0.02:
            break
    return False, most


def _free(m: Machine, leg: int) -> np.ndarray:
    return np.linalg.norm(m.pads[leg] - m.hinges[leg], axis=1)
