"""A build ends at each of its file operations in turn, without a chance to clean up."""

from tests.faults.rebuilding import crashes, first_exchange, without_exchange


def test_wherever_a_build_ends_the_site_is_whole_and_the_next_build_cleans_up(rebuilding):
    assert crashes(rebuilding, rebuilding.record()) == []


def test_wherever_a_build_ends_where_folders_cannot_be_exchanged_the_next_build_cleans_up(rebuilding):
    start, operations = first_exchange(rebuilding.record()), rebuilding.record(without_exchange)
    numbers = range(start, len(operations) + 1)
    assert crashes(rebuilding, operations, without_exchange, numbers) == []
