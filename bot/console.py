"""What is printed where: a console that lacks a letter, a pipe that was closed."""

import codecs
import io
import os
import sys
import unicodedata

#: What stands for the signs of our texts that Unicode does not take apart.
_INSTEAD = str.maketrans(
    {
        "’": "'", "‘": "'", "«": '"', "»": '"', "“": '"', "”": '"', "–": "-", "—": "-", "→": "->",
        "•": "-", "·": "-", "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "€": "EUR", "°": "o",
        "⁄": "/",
    }
)  # fmt: skip
#: Unicode's categories of emoji, accents alone, and what is not seen.
_LEFT_OUT = frozenset({"So", "Sk", "Mn", "Me", "Cf", "Cs", "Co"})


def _readable(error: UnicodeError) -> tuple[str, int]:
    """Instead of what a console lacks: « l’œuvre » is printed l'oeuvre; emoji are left out."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end].translate(_INSTEAD)
    taken_apart = unicodedata.normalize("NFKD", lacking)
    kept = (char for char in taken_apart if unicodedata.category(char) not in _LEFT_OUT)
    return "".join(char if char.isascii() else "?" for char in kept), error.end


def print_what_it_can() -> None:
    """Have the standard streams print, and read, a likeness of what their encoding lacks."""
    codecs.register_error("readable", _readable)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="readable")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")


def has_every_letter() -> bool:
    """Whether the standard output can print any text."""
    return (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")


def silence() -> None:
    """Print nothing more: what is left would be tried once more as Python ends, in vain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
