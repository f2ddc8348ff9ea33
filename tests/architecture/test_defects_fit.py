"""The planted defects still fit the source; `make defects` plants them."""

import pytest

from defects.catalogue import load

DEFECTS = load()


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda d: d.what)
def test_the_entry_is_up_to_date(defect):
    assert not defect.fault()


def test_no_defect_is_listed_twice():
    assert len({(d.file, d.text, d.instead) for d in DEFECTS}) == len(DEFECTS)
