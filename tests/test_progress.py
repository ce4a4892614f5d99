"""Long tests say how far they are, and end with a table."""

from tests import progress
from tests.progress import Count, print_table


def test_cases_are_counted_and_what_is_wrong_is_printed_at_once(capsys, monkeypatch):
    monkeypatch.setattr(progress, "SECONDS", 0)
    count = Count("kills", 3)
    printed = []

    def cases():
        for sentences in ([], ["torn", "left over"], []):
            printed.append(capsys.readouterr().out)
            yield sentences

    count.follow(cases())
    assert (count.n_tried, count.n_wrong) == (3, 1)
    printed.append(capsys.readouterr().out)
    assert printed[1:] == [
        "kills: 1 of 3, 0 wrong\n",
        "kills: torn\nkills: left over\nkills: 2 of 3, 1 wrong\n",
        "kills: 3 of 3, 1 wrong\n",
    ]


def test_nothing_is_printed_between_two_lines_of_progress(capsys):
    Count("csv", 100_000).add(50, 0)
    assert capsys.readouterr().out == ""


def test_the_table_has_a_line_for_each_count(capsys):
    print_table([Count("csv", 100_000, 99_950, 2), Count("kills", 100, 100)])
    assert capsys.readouterr().out == (
        "         cases   tried  wrong\n"
        "csv    100,000  99,950      2\n"
        "kills      100     100      0\n"
    )
