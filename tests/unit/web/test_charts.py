"""Charts: drawn without script, and the same in words."""

from xml.etree import ElementTree as ET

from bittitan_plugin.web.admin.charts import Chart, Series


def chart(*values: int, title: str = "Sold") -> Chart:
    labels = [f"week {place}" for place in range(len(values))]
    return Chart(title=title, labels=labels, series=[Series(name="licences", values=values)])


def drawn(one: Chart) -> ET.Element:
    return ET.fromstring(str(one.svg))  # noqa: S314 - our own


def heights(one: Chart) -> list[float]:
    return [float(each.get("height", "")) for each in drawn(one).iter("rect")]


def test_the_tallest_column_fills_the_height_and_the_others_are_in_proportion() -> None:
    tallest, half, none = heights(chart(10, 5, 0))
    assert (half * 2, none) == (tallest, 0)


def test_a_chart_of_nothing_is_drawn_and_says_that_it_is_empty() -> None:
    assert heights(chart(0, 0)) == [0, 0]
    assert chart(0, 0).is_empty


def test_it_has_a_name_for_who_does_not_see_it() -> None:
    svg = drawn(chart(1, title="Coupons by status"))
    assert (svg.get("role"), svg.get("aria-label")) == ("img", "Coupons by status")


def test_what_it_is_told_never_becomes_markup() -> None:
    assert "<script" not in str(chart(1, title='"><script>alert(1)</script>').svg)


def test_the_table_says_what_the_columns_show() -> None:
    assert chart(3, 1).rows == [("week 0", [3]), ("week 1", [1])]


def test_the_largest_number_has_room_beside_the_columns() -> None:
    (number,) = (each for each in drawn(chart(1_000_000)).iter("text") if each.text == "1000000")
    # Eleven pixels high, a figure is some six wide.
    assert float(number.get("x", "")) >= 6 * len("1000000")
