"""Personal data that people write unasked: found in order to be left out, never to be kept."""

import re

#: E-mail, IBAN, number of social security (13 or 15 digits), telephone number of France.
_PERSONAL = re.compile(
    r"""
    [\w.+-]+@[\w-]+(?:\.[\w-]+)+
    | \bFR\d{2}(?:\s?[0-9A-Z]{4}){5}\s?[0-9A-Z]{3}\b
    | \b[12]\s?\d{2}\s?(?:0[1-9]|1[0-2]|[2-9]\d)\s?\d[\dAB]\s?\d{3}\s?\d{3}(?:\s?\d{2})?\b
    | (?:\+33\s?|\b0)[1-79](?:[\s.-]?\d{2}){4}\b
    """,
    re.VERBOSE | re.IGNORECASE,
)


def without_personal_data(text: str) -> str:
    """The text with its e-mail addresses, telephone, social security and IBAN numbers left out."""
    return _PERSONAL.sub(" ", text)
