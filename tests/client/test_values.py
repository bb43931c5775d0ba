"""Single values: a number however it is written, and nothing where there is none."""

import pytest

from custom_components.iq_gateway.client import values


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (12, 12.0),
        (12.5, 12.5),
        ("12.5", 12.5),
        (" 7 ", 7.0),
        (-0.0, 0.0),
        ("-0.000", 0.0),
        ("unknown", None),
        ("", None),
        (None, None),
        (True, None),
        ([], None),
        ({}, None),
        ("nan", None),
        ("inf", None),
        (float("-inf"), None),
        (1e13, 1e13),
        (-1.1e13, None),
        ("1e308", None),
    ],
)
def test_a_number_however_it_is_written(value: object, expected: float | None) -> None:
    """What is no finite number is None, nor is what nothing ever counts; and there is no negative zero."""
    assert repr(values.number(value)) == repr(expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (4_294_967_292, -4.0),
        ("4294967292", -4.0),
        (-4, -4.0),
        (-1e9, -1e9),
        (2_147_483_647, None),
        (1.1e9, None),
        (None, None),
    ],
)
def test_unsigned_watts_are_made_signed(value: object, expected: float | None) -> None:
    """4294967292 W is -4 W in the notation of an unsigned number of 32 bits; what is beyond all powers is None."""
    assert values.watts(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(4_294_966_296, -1.0), (1_500_000_000, 1_500_000.0), ("1e300", None), (None, None)]
)
def test_watts_of_thousandths(value: object, expected: float | None) -> None:
    """A site of a thousand inverters is none of what is too much."""
    assert values.thousandth(value) == expected


@pytest.mark.parametrize(("value", "expected"), [("3", 3), (3.0, 3), (3.5, None), ("three", None), (None, None)])
def test_a_whole_number_however_it_is_written(value: object, expected: int | None) -> None:
    """A fraction is no whole number."""
    assert values.integer(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(25, 25.0), ("-12.5", -12.5), (113, 113.0), (4_294_967_292, None), (-1000, None), ("unknown", None)],
)
def test_a_temperature_that_can_be(value: object, expected: float | None) -> None:
    """Of a broken sensor there is none."""
    assert values.temperature(value) == expected


@pytest.mark.parametrize(("value", "expected"), [(13_500, 13_500.0), (0, 0.0), (-1, None), (4_294_967_292, None)])
def test_energy_that_batteries_can_hold(value: object, expected: float | None) -> None:
    """It is not below nothing, nor what a small negative number looks like without its sign."""
    assert values.stored(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("400000000001", "400000000001"),
        (400000000001, "400000000001"),
        ("unknown", None),
        ("000000000000", None),
        (0, None),
        (True, None),
        ("", None),
        (None, None),
        (4e11, None),
        ([], None),
    ],
)
def test_a_serial_number_however_it_is_written(value: object, expected: str | None) -> None:
    """Zeros and "unknown" stand where there is none."""
    assert values.serial_number(value) == expected
