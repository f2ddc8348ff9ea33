"""The whole mission file: one section each, in the order in which it is told."""

from frigoris.mission.schema_base import Section, item
from frigoris.mission.schema_dispersions import Dispersion
from frigoris.mission.schema_evidence import (
    Engineering,
    Fault,
    Fitted,
    Link,
    Published,
    Requirement,
)
from frigoris.mission.schema_lander import Lander
from frigoris.mission.schema_onboard import Onboard
from frigoris.mission.schema_radio import Radio
from frigoris.mission.schema_sensors import Sensors
from frigoris.mission.schema_world import (
    Ground,
    Handover,
    MissionInfo,
    Moon,
    Orbit,
    Plume,
    Regolith,
    Site,
    Survey,
)

FITTED_MAX = 3  # numbers tuned to hit an observable, per flight


class Surface(Section):
    """Work after touchdown; nothing of it is simulated yet."""


class Mission(Section):
    """A mission, validated; names carry their units as in the file."""

    mission: MissionInfo = item("name and times")
    site: Site = item("where to land")
    moon: Moon = item("model of the Moon", Moon())
    ground: Ground = item("relief too fine for the map", Ground())
    survey: Survey = item("the map that everybody was prepared with", Survey())
    regolith: Regolith = item("soil of the site", Regolith())
    plume: Plume = item("the exhaust on the ground", Plume())
    orbit: Orbit = item("from the parking orbit to braking")
    handover: Handover = item("the state handed to the lander", Handover())
    lander: Lander = item("the machine")
    sensors: Sensors = item("the instruments as they are")
    onboard: Onboard = item("the load of the flight software")
    radio: Radio = item("the link to Earth")
    surface: Surface = item("work after touchdown", Surface())
    faults: dict[str, Fault] = item("how the flight differed from its plan", {})
    dispersions: tuple[Dispersion, ...] = item("what scatters", ())
    requirements: tuple[Requirement, ...] = item("what a campaign must show", ())
    published: tuple[Published, ...] = item("what the real flight showed", ())
    chain: tuple[Link, ...] = item("how the real flight was lost, step by step", ())
    engineering: tuple[Engineering, ...] = item("ranges of unpublished values", ())
    fitted: tuple[Fitted, ...] = item("what was tuned", (), max_length=FITTED_MAX)
    open_items: tuple[str, ...] = item("what is not known or not modelled", ())
    sources: dict[str, str] = item("mark in the comments: where to read it", {})


PARAMETERS = (
    "mission",
    "site",
    "moon",
    "ground",
    "survey",
    "regolith",
    "plume",
    "orbit",
    "handover",
    "lander",
    "sensors",
    "onboard",
    "radio",
    "surface",
)  # sections of numbers; the others are about them
