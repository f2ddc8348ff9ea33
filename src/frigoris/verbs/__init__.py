"""The verbs as Python functions; the command line is a thin sentence over them."""

from frigoris.verbs.campaigns import (
    Campaign,
    campaign,
    campaign_comparison,
    campaign_report,
    replay,
    write_campaign,
)
from frigoris.verbs.flights import (
    Progress,
    available_cores,
    fly,
    reproduce,
    robust,
    versions,
    write,
)
from frigoris.verbs.plans import (
    data_sheet,
    design,
    lander,
    link,
    margins,
    moon,
    sensor_fit,
)

__all__ = [
    "Campaign",
    "Progress",
    "available_cores",
    "campaign",
    "campaign_comparison",
    "campaign_report",
    "data_sheet",
    "design",
    "fly",
    "lander",
    "link",
    "margins",
    "moon",
    "replay",
    "reproduce",
    "robust",
    "sensor_fit",
    "versions",
    "write",
    "write_campaign",
]
