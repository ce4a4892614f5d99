"""The two towers: ``base`` knows ids alone, ``deep`` also what users rated and what films are."""
