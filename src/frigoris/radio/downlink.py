"""The downlink over time: who receives, at which rate, with how much margin."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from frigoris.moon.ground import Ground
from frigoris.radio import coding
from frigoris.radio.antenna import Antenna, best_gain
from frigoris.radio.budget import Budget, Receiver, Transmitter, budget, ground_receiver
from frigoris.radio.relay import Relay, places, relay_ray, relay_receiver
from frigoris.radio.sight import Sky, hidden, sky, station_ray
from frigoris.radio.stations import Station

NOBODY = -1  # number of the receiver while there is none
BETTER = 3.0  # a hand-over is worth this much [dB]
DARK = -300.0  # Eb/N0 where nothing arrives [dB]
LOCK = -2.0  # margin at the lowest rate below which nobody holds the signal [dB]


@dataclass(frozen=True)
class Radio:
    """The radio of a mission: all numbers SI or decibels."""

    transmitter: Transmitter
    antennas: tuple[Antenna, ...]
    stations: tuple[Station, ...]
    relays: tuple[Relay, ...]
    code: str
    frame_bytes: int
    rates: tuple[float, ...]  # rising [bit/s]
    rate: float  # at the start [bit/s]
    margin: float  # that a rate must keep [dB]
    hysteresis: float  # more than that before a higher rate [dB]
    hold: float  # a rate stays at least this long [s]


@dataclass(frozen=True)
class Path:
    """A lander over time, where it is and how it stands."""

    t: np.ndarray  # seconds after the epoch, rising
    r_M: np.ndarray  # `[n, 3]` [m]
    q_MB: np.ndarray  # `[n, 4]`
    powered: np.ndarray  # whether the transmitter is on
    end: float  # it is gone from here on [s]; inf: it is not


@dataclass(frozen=True)
class Leg:
    """The link to one receiver, whoever listens."""

    name: str
    seen: np.ndarray  # nothing is between, and the dish may look there
    elevation: np.ndarray  # at the station, NaN at a relay [rad]
    light_time: np.ndarray  # until it is on the ground [s]
    antenna: np.ndarray  # number of the lander's best antenna
    budget: Budget  # at the lowest rate


@dataclass(frozen=True)
class Downlink:
    """What a flight's frames meet: between its moments, straight lines."""

    t: np.ndarray  # seconds after the epoch, rising
    eb_n0: np.ndarray  # at 1 bit/s [dB], `DARK` where nothing arrives
    rate: np.ndarray  # from each moment on [bit/s]
    light_time: np.ndarray  # [s]
    receiver: np.ndarray  # number of who receives, or `NOBODY`
    receivers: tuple[str, ...]
    code: str
    frame_bytes: int
    required: float  # Eb/N0 of the code [dB]
    end: float  # nothing leaves the lander from here on [s]
    seed: tuple[int, int] = (0, 0)  # of lost frames: campaign and case

    @property
    def margin(self) -> np.ndarray:
        """Margin at the rate in use [dB]."""
        return np.asarray(self.eb_n0 - 10.0 * np.log10(self.rate) - self.required)


def steady(
    rate: float, frame_bytes: int, *, end: float, light_time: float = 1.35
) -> Downlink:
    """A link that never fails until `end` [s]: rate [bit/s], light time [s]."""
    one = np.ones(1)
    return Downlink(
        t=0.0 * one,
        eb_n0=300.0 * one,
        rate=rate * one,
        light_time=light_time * one,
        receiver=np.zeros(1, int),
        receivers=("ground",),
        code="concatenated",
        frame_bytes=frame_bytes,
        required=coding.required("concatenated", frame_bytes),
        end=end,
    )


def downlink(
    radio: Radio,
    epoch: datetime,
    path: Path,
    ground: Ground | None,
    seed: tuple[int, int] = (0, 0),
) -> tuple[Downlink, list[Leg]]:
    """The link of a whole path, and what each receiver would have had."""
    legs = all_legs(radio, epoch, path, ground)
    # bits per second count below: everything at one bit per second
    lowest = 10.0 * np.log10(radio.rates[0])
    level = np.stack(
        [np.where(_held(g), g.budget.eb_n0_dB + lowest, DARK) for g in legs]
    )
    level = np.where(path.powered, level, DARK)
    who = hand_over(level, DARK)
    heard = np.where(who == NOBODY, 0, who)
    rows = np.arange(len(path.t))
    eb_n0 = np.where(who == NOBODY, DARK, level[heard, rows])
    delay = np.stack([leg.light_time for leg in legs])[heard, rows]
    required = coding.required(radio.code, radio.frame_bytes)
    found = Downlink(
        t=path.t,
        eb_n0=eb_n0,
        rate=choose_rates(radio, path.t, eb_n0 - required),
        light_time=delay,
        receiver=who,
        receivers=tuple(leg.name for leg in legs),
        code=radio.code,
        frame_bytes=radio.frame_bytes,
        required=required,
        end=path.end,
        seed=seed,
    )
    return found, legs


def _held(leg: Leg) -> np.ndarray:
    return np.asarray(leg.seen & (leg.budget.margin_dB >= LOCK))


def all_legs(
    radio: Radio, epoch: datetime, path: Path, ground: Ground | None
) -> list[Leg]:
    """The link to every station and relay."""
    above = sky(epoch, float(path.t[0]), float(path.t[-1]), radio.stations)
    dcm_BM = _body_axes(path.q_MB)
    legs = []
    for station in radio.stations:
        ray = station_ray(above, station.name, path.t, path.r_M)
        seen = ray.elevation >= station.mask
        rows = np.flatnonzero(seen)
        seen[rows] = ~hidden(ground, path.r_M[rows], ray.u_M[rows], ray.distance[rows])
        receiver = ground_receiver(
            station, radio.transmitter.frequency, ray.elevation, ray.distance
        )
        leg = _leg(radio, dcm_BM, ray.u_M, ray.distance, receiver)
        legs.append(
            Leg(
                name=station.name,
                seen=seen,
                elevation=ray.elevation,
                light_time=ray.light_time,
                antenna=leg[1],
                budget=leg[0],
            )
        )
    relayed = [_relay_leg(radio, r, above, path, ground, dcm_BM) for r in radio.relays]
    return [*legs, *relayed]


def _relay_leg(
    radio: Radio,
    relay: Relay,
    above: Sky,
    path: Path,
    ground: Ground | None,
    dcm_BM: np.ndarray,
) -> Leg:
    """By a relay: it has to see the lander and, at the same time, a station."""
    there = places(relay, above.epoch, path.t)
    u_M, distance, tau = relay_ray(there, path.r_M)
    onward = np.zeros(len(path.t), bool)
    second = np.full(len(path.t), np.inf)
    for station in radio.stations:
        ray = station_ray(above, station.name, path.t, there)
        free = ~hidden(None, there, ray.u_M, ray.distance)
        good = free & (ray.elevation >= station.mask)
        second = np.where(good & ~onward, ray.light_time, second)
        onward |= good
    free = ~hidden(ground, path.r_M, u_M, distance)
    link, antenna = _leg(
        radio, dcm_BM, u_M, distance, relay_receiver(relay, len(path.t))
    )
    return Leg(
        name=relay.name,
        seen=free & onward,
        elevation=np.full(len(path.t), np.nan),
        light_time=tau + np.where(onward, second, 0.0) + relay.delay,
        antenna=antenna,
        budget=link,
    )


def _leg(
    radio: Radio,
    dcm_BM: np.ndarray,
    u_M: np.ndarray,
    distance: np.ndarray,
    receiver: Receiver,
) -> tuple[Budget, np.ndarray]:
    u_B = np.einsum("nij,nj->ni", dcm_BM, u_M)
    gain, antenna = best_gain(radio.antennas, u_B)
    rate = np.full(len(distance), radio.rates[0])
    required = coding.required(radio.code, radio.frame_bytes)
    told = budget(radio.transmitter, receiver, gain, distance, rate, required)
    return told, antenna


def _body_axes(q_MB: np.ndarray) -> np.ndarray:
    """`dcm_BM`, `[n, 3, 3]`."""
    from scipy.spatial.transform import Rotation

    turn = Rotation.from_quat(q_MB, scalar_first=True)
    return np.asarray(turn.inv().as_matrix())


def hand_over(level: np.ndarray, dark: float) -> np.ndarray:
    """Number of the receiver at each moment; `level`: Eb/N0 `[receiver, n]` [dB].

    It stays with one until that hears nothing, or another is better by `BETTER`.
    """
    best = level.argmax(axis=0)
    who = np.empty(level.shape[1], int)
    now = NOBODY
    for k, other in enumerate(best):
        top = level[other, k]
        if top <= dark:
            now = NOBODY
        elif now == NOBODY or top > level[now, k] + BETTER:
            now = int(other)
        who[k] = now
    return who


def choose_rates(radio: Radio, t: np.ndarray, room: np.ndarray) -> np.ndarray:
    """The rate in use from each moment on; `room`: margin at 1 bit/s [dB].

    Down when the margin falls below what is asked, up when the next rate would have it
    and the hysteresis too; never twice within the hold. In the dark nothing changes:
    the lander is switched from the ground.
    """
    ladder = sorted({*radio.rates, radio.rate})
    now, since = ladder.index(radio.rate), -np.inf
    found = np.empty(len(t))
    cost = 10.0 * np.log10(ladder)
    for k, time in enumerate(t):
        if room[k] > 0.5 * DARK and time - since >= radio.hold:
            wanted = now
            while wanted and room[k] - cost[wanted] < radio.margin:
                wanted -= 1
            if wanted == now and now + 1 < len(ladder):
                left = room[k] - cost[now + 1]
                wanted += int(left >= radio.margin + radio.hysteresis)
            if wanted != now:
                now, since = wanted, time
        found[k] = ladder[now]
    return found


def spells(link: Downlink) -> list[tuple[float, float, str]]:
    """When somebody receives: start, end [s] and the names of who, in turn."""
    found: list[tuple[float, float, str]] = []
    for k, who in enumerate(link.receiver):
        if who == NOBODY:
            continue
        name = link.receivers[who]
        if k and link.receiver[k - 1] != NOBODY and found:
            start, _, names = found[-1]
            last = names.rpartition(", ")[2]
            names = names if last == name else f"{names}, {name}"
            found[-1] = (start, float(link.t[k]), names)
        else:
            found.append((float(link.t[k]), float(link.t[k]), name))
    return found


def stations_of(
    names: Sequence[str], more: Sequence[Station], known: dict[str, Station]
) -> tuple[Station, ...]:
    """The stations of a mission: by name, and its own."""
    return (*(known[name] for name in names), *more)
