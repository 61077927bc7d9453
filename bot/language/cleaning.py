"""What a message holds that its writer never typed: signs of Word and PDF, HTML, signatures."""

import html
import re

#: Signs that are not seen: soft hyphen, zero-width spaces and joiners, direction marks, BOM.
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
#: A hyphen at a line's end: of « est-ce » and « Hénin-Beaumont », else put there by a PDF file.
_HYPHEN = re.compile(r"(?<=[^\W\d_])([-‐])[ \t]*\r?\n[ \t]*(?=[^\W\d_])")
_TRUE_HYPHEN = re.compile(
    r"(?:ce|il|elle|on|ils|elles|je|tu|nous|vous|t|ci|là|la|le|les|y|en)\b|[A-ZÀ-Ý]"
)
#: What mail programs add below: from there on nothing is the writer's.
_SIGNATURE = re.compile(
    r"^[ \t]*(?:--[ \t]*$|_{5,}|-{3,}|>"
    r"|envoy[ée] (?:de|depuis|à partir de|avec|via|par) (?:mon|ma|l.|un|outlook|yahoo|gmail|orange)"
    r"|sent (?:from|with|via) |(?:télécharger|obtenez|get) (?:outlook|yahoo|gmail)"
    r"|le \S.{5,80} a écrit ?:|-*\s?(?:message d.origine|original message))",
    re.IGNORECASE | re.MULTILINE,
)


def cleaned(text: str) -> str:
    """The text as it was meant: entities as their signs, words whole, no signature.

    A message that is nothing but a signature is kept.
    """
    shown = _UNSEEN.sub("", html.unescape(text)).strip()
    whole = _HYPHEN.sub(lambda cut: "-" if _TRUE_HYPHEN.match(shown, cut.end()) else "", shown)
    for found in _SIGNATURE.finditer(whole):
        if said := whole[: found.start()].strip():
            return said
    return whole
