"""Settings of JAX and XLA that must stand in the environment before JAX starts.

They make the compiled flight about twenty times faster and let it be cached on disk.
Results never depend on them. The two extra backend options are undocumented and an
unknown flag aborts the process, so they are set for tested versions only.
"""

import hashlib
import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

TESTED_JAXLIB = ("0.10.2",)

# without these a flight of 64 cases takes about twenty times as long
FAST_FLAGS = (
    "--xla_cpu_multi_thread_eigen=false",
    "--xla_backend_extra_options="
    "xla_cpu_small_while_loop_byte_threshold=1000000000000,"
    "xla_cpu_use_multi_output_fusion=true,"
    # LLVM's own: without them it gives up on loops over many arrays, which then run
    # one number at a time (a sixth of a flight)
    "-runtime-memory-check-threshold=100000,"
    "-vectorize-memory-check-threshold=100000,"
    "-memory-check-merge-threshold=10000,"
    "-max-dependences=100000",
)
WIDE_FLAG = "--xla_cpu_prefer_vector_width=512"


def prepare() -> None:
    """Set the environment; call before the first `import jax`. Idempotent."""
    os.environ.setdefault("JAX_ENABLE_X64", "1")
    # a host callback inside a program would keep it out of the compilation cache
    os.environ.setdefault("EQX_ON_ERROR", "nan")
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    if "jax" in sys.modules:
        return
    if jaxlib_version() in TESTED_JAXLIB and "XLA_FLAGS" not in os.environ:
        flags = FAST_FLAGS + ((WIDE_FLAG,) if "avx512f" in _cpu_flags() else ())
        os.environ["XLA_FLAGS"] = " ".join(flags)
    os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(cache_folder()))
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")


def require_x64() -> None:
    """Refuse to fly in single precision, which resolves 0.125 m at one lunar radius."""
    import jax

    if jax.dtypes.canonicalize_dtype(float).itemsize < 8:
        raise RuntimeError(
            "frigoris needs double precision, but JAX runs in single precision. "
            "Add `import frigoris.runtime; frigoris.runtime.prepare()` before the "
            "first import of jax, or set JAX_ENABLE_X64=1."
        )


def jaxlib_version() -> str:
    """The installed jaxlib, or an empty text."""
    try:
        return version("jaxlib")
    except PackageNotFoundError:
        return ""


def user_cache() -> Path:
    """The folder of this user for what can be made again."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "frigoris"


def cache_folder() -> Path:
    """Compiled programs, apart by jaxlib and processor: they are machine code."""
    mark = hashlib.sha256(f"{jaxlib_version()} {_cpu_flags()}".encode()).hexdigest()
    return user_cache() / "programs" / mark[:16]


def _cpu_flags() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor()
    lines = [x for x in text.splitlines() if x.startswith(("flags", "Features"))]
    return lines[0] if lines else platform.processor()
