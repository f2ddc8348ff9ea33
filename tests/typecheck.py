"""How the annotations of frigoris are checked while the tests run."""

from beartype import BeartypeConf, beartype

# as everywhere in Python, a whole number will do where a float is asked for
check = beartype(conf=BeartypeConf(is_pep484_tower=True))
