"""Which data files a flight rests on, and by what hash they are known."""

from collections.abc import Iterable

from frigoris.moon.data import Source, sha256


def data_files(sources: Iterable[Source]) -> list[str]:
    """Names of files: below the data folder, or as the user calls them."""
    return [source.name for source in sources]


def data_hashes(sources: Iterable[Source]) -> list[dict[str, str]]:
    """The same with their hashes; for a pinned file that is the pinned one."""
    return [{"file": s.name, "sha256": sha256(s.path)} for s in sources]
