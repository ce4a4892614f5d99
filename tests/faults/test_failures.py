"""Each file operation of a build fails in turn."""

from itertools import chain

from tests.faults.rebuilding import failures, first_exchange, without_exchange


def test_whichever_operation_fails_the_site_is_the_old_or_the_new_one(rebuilding):
    operations = rebuilding.record()
    assert len({path for name, path in operations if name == "open" and path.endswith(".html")}) == 5
    numbers = [n for n, operation in enumerate(operations, start=1) if operation.name != "read"]
    assert list(chain.from_iterable(failures(rebuilding, operations, numbers=numbers))) == []


def test_whichever_operation_fails_where_folders_cannot_be_exchanged_the_site_is_the_old_or_the_new_one(rebuilding):
    start, operations = first_exchange(rebuilding.record()), rebuilding.record(without_exchange)
    numbers = range(start, len(operations) + 1)
    assert list(chain.from_iterable(failures(rebuilding, operations, without_exchange, numbers))) == []
