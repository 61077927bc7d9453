"""What would be shown to residents as it is typed, since no channel knows that markup."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.knowledge.files import ACTS, CONTACTS, FAQ, REGION, TEXTS
from bot.knowledge.parts import entry_at
from bot.knowledge.problem import Problem
from bot.knowledge.yaml_reading import Document, Path

#: The keys of each file whose texts residents read; all of them where none is named.
_READ = {
    CONTACTS: {"nom", "role", "pour_quoi", "adresse", "horaires", "lequel", "papier"},
    TEXTS: set[str](),
    ACTS: {"reponse"},
    FAQ: {"question", "reponse", "facile", "en_bref", "titre"},
    REGION: {
        "phrase",
        "attention",
        "situation",
        "zone",
        "figure",
        "ne_figure_pas",
        "phrases",
        "selon_la_commune",
    },
}
#: What an editor types until the text is known.
_TO_COME = re.compile(
    r"\W*(?:(?:à|a) (?:venir|compl[ée]ter|confirmer|d[ée]finir|pr[ée]ciser|remplir|renseigner|"
    r"v[ée]rifier|faire)|todo|tbd|x{2,}|n/?[acd]|n[ée]ant|en attente|inconnue?s?|\?+|-+|…|\.{2,})"
    r"\W*",
    re.IGNORECASE,
)
_AS_LIST = "Commencez chaque ligne de la liste par un tiret et une espace."
_AS_LINK = "Écrivez [texte](https://adresse), sans espace."
_PLAIN = "Gardez des paragraphes, des listes « - » et des liens [texte](https://…)."
#: Pattern, code, message, remedy. Of one text, the first found is told.
_RULES = tuple(
    (re.compile(pattern, re.MULTILINE), code, message, hint)
    for pattern, code, message, hint in (
        (r"^ *\|.+\||(?: *:?-{3,}:? *\|)+|\t", "tableau",
         "Un tableau ne serait pas affiché comme un tableau.", _PLAIN),
        (r"!\[[^\]\n]*\]\(", "mise-en-forme", "Une image ne serait pas affichée.", _PLAIN),
        (r"\b(?!https?://)h[tp]{2,4}s?[:;]?[/\\]{1,2}", "lien", "Une adresse est mal écrite.",
         "Elle commence par https:// exactement."),
        (r"\[[^\]\n]+\]\s+\((?:https?:|www\.)|\[[^\]\n]*\]\((?!(?:https?:/)?/[^\s)]+\))"
         r"|\([^()\n]+\)\[(?:https?:|www\.)", "lien",
         "Un lien n’est pas complet, ou contient une espace.", _AS_LINK),
        (r"(?<!\]\()(?<![\w/.\[])(?:https?://|www\.)\w", "lien",
         "Une adresse seule n’est pas un lien.", _AS_LINK),
        (r"^ *(?:[•◦▪▫●○■‣⁃·∙➢➤\uf0a7\uf0b7\uf0d8]|[*+–—](?=\s)|o(?=\s{2}))", "puce",
         "Cette puce serait affichée telle quelle, au fil du texte.", _AS_LIST),
        (r"^ +- ", "puce", "Une liste dans une liste serait affichée au fil du texte.",
         "Gardez un seul niveau, sans espace devant le tiret."),
        (r"^-[^\s\d-]", "puce", "Il manque une espace après le tiret.", _AS_LIST),
        (r"^ *1[.)°] .*\n(?:.*\n)*? *2[.)°] ", "puce",
         "Une liste numérotée serait affichée au fil du texte.", _AS_LIST),
        (r"</?[a-zA-Z][^>\n]*>|&(?:[a-zA-Z]{2,8}|#\d+);|\*\*|__|~~|`|^#{1,6}\s|^>\s"
         r"|^ *(?:[-*_=] ?){3,}$|(?<![\w*])\*\w[^*\n]*\*(?![\w*])|(?<!\w)_\w[^_\n]*_(?!\w)",
         "mise-en-forme", "Le gras, les titres et les balises ne sont pas affichés.", _PLAIN),
        (r"(?<![\d,.])0[1-9](?:\s\d\d){2,3}(?:\s?\d)?(?!\s?\d)|(?<![\d,.])0[1-9](?:\s\d\d){5,}",
         "telephone", "Ce numéro de téléphone n’a pas dix chiffres.", "Vérifiez-le."),
    )
)  # fmt: skip


def as_typed(files: Mapping[str, str], documents: Mapping[str, Document]) -> Iterator[Problem]:
    """Tables, bullets, broken links, markup and short telephone numbers in what residents read."""
    for name, keys in _READ.items():
        document = documents.get(name, Document(name))
        for path, text in _texts(document.value, ()):
            if keys and keys.isdisjoint(map(str, path)):
                continue
            if _TO_COME.fullmatch(text.strip()):
                message = f"« {text.strip()} » serait montré tel quel."
                hint = "Écrivez le vrai texte, ou effacez toute la ligne."
                yield document.warning(path, "a-completer", message, hint, entry_at(document, path))
            for pattern, code, message, hint in _RULES:
                if found := pattern.search(text):
                    # A text of many lines begins below its key.
                    first = text.rfind("\n", 0, found.start()) + 1
                    shown = text[first:].partition("\n")[0].strip()
                    start = document.line(path)
                    below = enumerate(files[name].split("\n")[start - 1 :], start)
                    line = next((number for number, typed in below if shown in typed), start)
                    key = entry_at(document, path)
                    yield Problem(line, key, "warning", code, message, hint, name)
                    break


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    parts = value.items() if isinstance(value, dict) else ()
    for key, part in enumerate(value) if isinstance(value, list) else parts:
        yield from _texts(part, (*path, key))
