"""What a token says about itself."""

from datetime import UTC, datetime, timedelta
from time import perf_counter

import jwt
import pytest

from custom_components.iq_gateway.client.errors import TokenExpired, TokenForOtherGateway, TokenMalformed
from custom_components.iq_gateway.client.token import AccessToken

SERIAL = "122333444555"
ISSUED = datetime(2026, 6, 1, 12, tzinfo=UTC)
YEAR = timedelta(days=365)


def make(**changes: object) -> str:
    """Make a token as the cloud does, with some claims changed or, where None, left out."""
    claims: dict[str, object] = {
        "aud": SERIAL,
        "iss": "Entrez",
        "enphaseUser": "owner",
        "iat": int(ISSUED.timestamp()),
        "exp": int((ISSUED + YEAR).timestamp()),
        "username": "somebody@example.com",
        **changes,
    }
    return jwt.encode({name: value for name, value in claims.items() if value is not None}, "k" * 32, "HS256")


def test_the_claims_are_read() -> None:
    """Serial, role and life come from the claims."""
    token = AccessToken.parse(make())
    assert token.serial == SERIAL
    assert token.role == "owner"
    assert token.issued == ISSUED
    assert token.expires == ISSUED + YEAR
    assert token.lifetime == YEAR


def test_a_token_that_names_no_role_has_an_unknown_one() -> None:
    """The role is told, never relied upon."""
    assert AccessToken.parse(make(enphaseUser=None)).role == "unknown"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": None},
        {"aud": [SERIAL]},
        {"exp": None},
        {"iat": None},
        {"exp": "soon"},
        {"exp": 10**30},
        {"exp": int(ISSUED.timestamp())},
        {"enphaseUser": 2},
    ],
    ids=str,
)
def test_a_token_without_sensible_claims_is_malformed(claims: dict[str, object]) -> None:
    """Every claim that decisions hang on must be there and make sense."""
    with pytest.raises(TokenMalformed):
        AccessToken.parse(make(**claims))


@pytest.mark.parametrize("raw", ["", "token", "a.b.c", "eyJhIjoxfQ.eyJhIjoxfQ", "ü.ü.ü"])
def test_what_is_no_token_is_malformed(raw: str) -> None:
    """Not three segments of JSON."""
    with pytest.raises(TokenMalformed):
        AccessToken.parse(raw)
    with pytest.raises(TokenMalformed):
        AccessToken.find(raw)


@pytest.mark.parametrize(
    "text",
    [
        "TOKEN",
        "  TOKEN\n",
        '"TOKEN"',
        "Bearer TOKEN",
        "Authorization: bearer TOKEN",
        '{"generation_time":1780315200,"token":"TOKEN","expires_at":1811851200}',
    ],
)
def test_a_token_is_found_in_what_people_paste(text: str) -> None:
    """Quotes, a scheme, line breaks or the whole document around it do no harm."""
    raw = make()
    assert AccessToken.find(text.replace("TOKEN", raw)).raw == raw
    assert AccessToken.find(text.replace("TOKEN", f"{raw[:40]}\n  {raw[40:]}")).raw == raw


def test_looking_for_a_token_takes_no_time() -> None:
    """A text of nothing but beginnings of tokens keeps nobody waiting; one with a token at its end still has it."""
    began = perf_counter()
    with pytest.raises(TokenMalformed):
        AccessToken.find("eyJ" * 22_000)
    assert perf_counter() - began < 0.5
    raw = make()
    assert AccessToken.find("eyJ" * 5_000 + ";" + raw).raw == raw


def test_a_token_serves_its_own_gateway_until_it_ends() -> None:
    """The check tells another gateway from an ended life."""
    token = AccessToken.parse(make())
    token.check(serial=SERIAL, now=ISSUED + YEAR - timedelta(seconds=1))
    with pytest.raises(TokenExpired):
        token.check(serial=SERIAL, now=ISSUED + YEAR)
    with pytest.raises(TokenForOtherGateway):
        token.check(serial="122000000000", now=ISSUED + YEAR)


def test_printing_a_token_gives_nothing_away() -> None:
    """Neither the token nor the serial number shows where somebody logs the object, or its errors."""
    raw = make()
    token = AccessToken.parse(raw)
    with pytest.raises(TokenForOtherGateway) as error:
        token.check(serial="122000000000", now=ISSUED)
    for text in (repr(token), str(error.value)):
        assert raw not in text
        assert SERIAL not in text
