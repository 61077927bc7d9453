"""What lies in a knowledge folder: files that are not read, and what it has lost."""

import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

from bot.knowledge.changes import changes
from bot.knowledge.files import CONTACTS, EDITED, FACTS, FAQ, FILES
from bot.knowledge.problem import Level, Problem
from bot.language.words import fold

ABSENT = "fichier-absent"
#: What went since it was last taken.
GONE = ("fichier-disparu", "fichier-reduit", "fichier-sans-entree")
#: A file that lost a third of its lines was cut short rather than corrected; short ones are free.
KEPT, LONG = 2 / 3, 20

_CONFIRM = "Sinon, pour confirmer, enregistrez un fichier encore une fois."
_ALARM = re.compile(r"\balarme:\s*(?:true|oui)\b", re.IGNORECASE)
_NEEDED = {
    FAQ: "Il contient les réponses : remettez-le.",
    CONTACTS: "Des réponses nomment des contacts : remettez-le.",
    FACTS: "Des réponses citent des faits : sans lui, aucun nombre n’est vérifié.",
}
_COPY = re.compile(
    r"[\s_-]+\(?(?:copie|copy|ancien|old|bak|nouveau|new|final|v?\d+)\)?|\(\d+\)|^copie de "
)
_NO_TEXT = re.compile(r"\.(?:docx?|odt|rtf|pdf|xlsx?|ods|png|jpe?g)$", re.IGNORECASE)
#: {name without its ending: the file or, with a final « / », the folder that it must be}.
_MEANT = {
    **{re.split(r"[./]", name)[-2]: name for name in reversed(EDITED)},
    **{folder: folder for name in EDITED if (folder := name[: name.find("/") + 1])},
}


def meant(name: str) -> str | None:
    """The file that an unknown one was to be: « FAQ (copie).yml » is faq.yaml."""
    stem = _COPY.sub("", fold(name.rstrip("/").rpartition("/")[2]).partition(".")[0])
    near = get_close_matches(f"{stem}/" if name.endswith("/") else stem, _MEANT, n=1, cutoff=0.8)
    return _MEANT[near[0]] if near else None


def unread(files: Collection[str]) -> Iterator[Problem]:
    """Files and folders (their names end with « / ») that no one reads."""
    for name in sorted(set(files) - set(FILES)):
        right = meant(name)
        if _NO_TEXT.search(name):
            hint = f"Seul du texte l’est : recopiez-le dans {right or 'le fichier voulu'}."
        elif right is None:
            hint = "Sortez-le du dossier, ou donnez-lui l’un des noms du guide de rédaction."
        elif right in files:
            hint = f"Seul {right} l’est : recopiez-y ce qui manque, puis sortez celui-ci."
        else:
            hint = f"Nommez-le exactement {right}."
        message = f"Ce {'dossier' if name.endswith('/') else 'fichier'} n’est pas lu."
        yield Problem(1, None, "warning", "fichier-inconnu", message, hint, name)


def absent(files: Collection[str], needed: Collection[str]) -> Iterator[Problem]:
    """Those of the files `needed` that are not there."""
    for name in needed:
        if name not in files:
            level: Level = "warning" if name == FACTS else "error"
            hint = _NEEDED.get(name, "Remettez-le, ou retirez tout le dossier lieux/.")
            others = (one for one in files if one not in FILES and meant(one) == name)
            if near := next(others, None):
                hint = f"Est-ce {near} ? Nommez-le exactement {name}."
            message = "Ce fichier n’existe pas."
            yield Problem(1, None, level, ABSENT, message, hint, name)


def lines_of(files: Mapping[str, str]) -> dict[str, int]:
    """How many lines each file has."""
    return {name: text.count("\n") + 1 for name, text in files.items()}


def lost(before: Mapping[str, int], files: Mapping[str, str]) -> Iterator[Problem]:
    """Files that went, or lost a third of their lines, since those served had `before`."""
    now = lines_of(files)
    for name in EDITED:
        count, left = before.get(name, 0), now.get(name, 0)
        if count and name not in now:
            message = f"Ce fichier a disparu ; il comptait {count} lignes."
            hint = f"Remettez-le. {_CONFIRM}"
            yield Problem(1, None, "error", "fichier-disparu", message, hint, name)
        elif count - left >= LONG and left < KEPT * count:
            message = f"Ce fichier n’a plus que {left} lignes sur {count}."
            hint = f"S’il est coupé, remettez la suite. {_CONFIRM}"
            yield Problem(1, None, "error", "fichier-reduit", message, hint, name)


def removed(
    before: Mapping[str, str], after: Mapping[str, str], warnings: Collection[Problem]
) -> Iterator[Problem]:
    """Entries that went from the files, and that hold an alarm or that something still names.

    `warnings` are what is said of the files after; where an entry is needed, that is an error.
    """
    gone = {one.key: one.before for one in changes(before, after) if one.entry and not one.after}
    for key, block in gone.items():
        naming = [
            one
            for one in warnings
            if one.code in ("entree-inconnue", "voir-aussi-inconnu") and f"« {key} »" in one.message
        ]
        if _ALARM.search(block):
            message = "Cette entrée a disparu ; elle répondait à une alarme."
        elif naming:
            where = ", ".join(dict.fromkeys(f"{one.file}, ligne {one.line}" for one in naming))
            message = f"Cette entrée a disparu, et on la nomme encore : {where}."
        else:
            continue
        yield Problem(1, key, "error", "fichier-sans-entree", message, f"Remettez-la. {_CONFIRM}")
