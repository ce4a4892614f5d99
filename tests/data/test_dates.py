"""Dates as people and programs write them."""

from __future__ import annotations

import pytest

from recsys.data.dates import parse_dates
from recsys.errors import DataError


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["31/12/2019", "01/02/2019"], ["2019-12-31", "2019-02-01"]),
        (["12/31/2019", "01/02/2019"], ["2019-12-31", "2019-01-02"]),
        (["3.4.2019"], ["2019-04-03"]),
        (["31-12-19", "1-2-20"], ["2019-12-31", "2020-02-01"]),
        (["2019/05/03 14:05", "2019.5.3"], ["2019-05-03 14:05", "2019-05-03"]),
        (["20190503", "2019-05"], ["2019-05-03", "2019-05-01"]),
        (["3 Jan 2020", "Jan 3, 2020", "January 3rd, 2020 at 5:00 pm"], ["2020-01-03"] * 2 + ["2020-01-03 17:00"]),
        (["Wed, 02 Oct 2002 13:00:00 GMT", "Wed, 02 Oct 2002 15:00:00 +0200"], ["2002-10-02 13:00"] * 2),
        (["Sun Jan 12 08:30:00 +0000 2020"], ["2020-01-12 08:30"]),
        (["Thu Mar 05 2020 10:00:00 GMT+0100 (CET)"], ["2020-03-05 09:00"]),
        (["2024/05/01 3:00:12 PM GMT+2", "2024/05/01 3:00 PM GMT+5:30"], ["2024-05-01 13:00:12", "2024-05-01 09:30"]),
        (["Mon Apr 06 22:19:45 PDT 2009", "6 Apr 2009 22:19 CEST"], ["2009-04-07 05:19:45", "2009-04-06 20:19"]),
        (["08 28, 2014", "01 2, 2013"], ["2014-08-28", "2013-01-02"]),
        (["3. März 2020", "5 août 2021", "3 de enero de 2020"], ["2020-03-03", "2021-08-05", "2020-01-03"]),
        (["01-Jan-1995"], ["1995-01-01"]),
        (["20120101T142125Z", "20120101T142125+0200"], ["2012-01-01 14:21:25", "2012-01-01 12:21:25"]),
        (["01/Jan/2012:14:21:25 +0000", "1/Jan/2012:14:21:25 -0100"], ["2012-01-01 14:21:25", "2012-01-01 15:21:25"]),
        (["31/12/2019 2:05 PM", "1/2/2020 12:00 AM"], ["2019-12-31 14:05", "2020-02-01"]),
        (["x", "32/1/2019", "2019-02-30", ""], [None] * 4),
    ],
)
def test_dates_are_the_days_they_say(texts, expected):
    parsed = parse_dates(texts)
    shown = [None if time is None else str(time).removesuffix(":00").removesuffix(" 00:00") for time in parsed]
    assert shown == expected


@pytest.mark.parametrize("texts", [["3/4/2019", "5/6/2019"], ["03-04-19"]])
def test_dates_that_may_have_day_or_month_first_are_refused(texts):
    with pytest.raises(DataError, match="may have the day first or the month, and no other date says which; write"):
        parse_dates(texts)


def test_dates_in_both_orders_are_refused():
    with pytest.raises(DataError, match="have day and month in different orders"):
        parse_dates(["31/12/2019", "12/31/2019"])
