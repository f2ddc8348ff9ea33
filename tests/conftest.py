"""What every test may count on: doubles, strict types, warnings as errors, the data.

The suite is stricter than the library. Here, before anything else imports JAX:

- the settings of `frigoris.runtime`, so that tests and users run the same programs;
- doubles, and no silent promotion between types (ranks may differ: `[B]` meets
  `[3, B]`);
- beartype on every annotation of `frigoris`, shapes included.
"""

import os
from pathlib import Path

import hypothesis
import pytest

from frigoris import runtime

runtime.prepare()
import equinox  # noqa: E402, F401  reads EQX_ON_ERROR when it is imported
import jax  # noqa: E402

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_numpy_dtype_promotion", "strict")
# a program that a test starts has to switch these on by itself
for name in ("JAX_ENABLE_X64", "EQX_ON_ERROR"):
    os.environ.pop(name, None)
os.environ.setdefault("MPLBACKEND", "Agg")

if os.environ.get("FRIGORIS_TYPECHECK", "1") != "0":
    import jaxtyping
    import numpy

    # the kernels take arrays of numpy too, and tables are made by numpy
    jaxtyping.Array = jax.Array | numpy.ndarray | numpy.generic
    # measured: 0.3 s for tracing the whole flight, 6 s for the tests of the small
    # vectors and rotations, which run uncompiled
    jaxtyping.install_import_hook("frigoris", "typecheck.check")

# the same examples in every run: a red build is red for everybody, and again tomorrow.
# HYPOTHESIS_PROFILE=explore looks for new ones.
COMMON = {
    "deadline": None,  # the first call of a shape compiles it
    "suppress_health_check": [hypothesis.HealthCheck.too_slow],
}
hypothesis.settings.register_profile(
    "suite", max_examples=40, derandomize=True, database=None, **COMMON
)
hypothesis.settings.register_profile("explore", max_examples=2000, **COMMON)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real lunar data; a test that asks for it is skipped without."""
    folder = os.environ.get("FRIGORIS_DATA")
    if not folder:
        pytest.skip("reads real lunar data: set FRIGORIS_DATA to their folder")
    path = Path(folder).resolve()
    assert path.is_dir(), f"FRIGORIS_DATA is {folder}, which is no folder"
    return path
