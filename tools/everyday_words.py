"""Writes bot/language/mots.txt.gz, and two lists of knowledge/lieux, from a French dictionary.

The first is every form of a word of French (bot/language/french.py). The others, mots_courants.txt
and the second part of villes_ailleurs.txt, keep the commune search from taking plain French, or a
town elsewhere, for a commune of the territory; only what could be confused is kept. To run again
whenever communes.csv or communes_aliases.csv changes:

    python -m tools.everyday_words [--communes communes.json]

The words come from Debian's hunspell-fr (Dicollecte, MPL 2.0), the towns from communes.json of the
npm package @etalab/decoupage-administratif (Insee, Licence Ouverte 2.0); without --communes the
towns already listed are kept.
"""

import argparse
import datetime as dt
import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.communes.estates import Estates
from bot.communes.names import EverydayWords, Names
from bot.communes.spelling import ARTICLES, full_key, name_words, short_key, word_set
from bot.communes.tables import read_aliases, read_communes
from bot.knowledge.region import Region
from bot.language.french import SHORTEST
from bot.language.words import fold
from bot.storage.knowledge_files import load

KNOWLEDGE = Path(__file__).resolve().parent.parent / "knowledge"
LOCAL = KNOWLEDGE / "lieux"
WORDS = LOCAL / "mots_courants.txt"
TOWNS = LOCAL / "villes_ailleurs.txt"
FRENCH = Path(__file__).resolve().parent.parent / "bot" / "language" / "mots.txt.gz"
HUNSPELL = Path("/usr/share/hunspell")
LARGE, SMALL, HUGE = 20_000, 2_000, 100_000

WORDS_HEADER = """\
# Mots courants et prénoms qui ressemblent à un nom de commune : la recherche de commune ne les
# prend jamais pour une faute de frappe, et ne les lit comme une commune que si la phrase s’y prête.
# Un mot par ligne, sans accents. Fichier écrit par tools/everyday_words.py, ne pas le modifier ici.
# Source : dictionnaire hunspell-fr 7.0 (Dicollecte, grammalecte.net), licence MPL 2.0.
"""
TOWNS_MARK = "# --- Ci-dessous : écrit par tools/everyday_words.py, ne pas modifier ---\n"
TOWNS_NOTE = f"""\
# Communes hors du territoire : celles de {LARGE} habitants et plus, et celles de {SMALL} et plus
# dont le nom ressemble à une commune d’ici.
# Source : @etalab/decoupage-administratif 6.0.0 (Insee), Licence Ouverte 2.0.
"""

#: Tenses that nobody types to a bot, and proper nouns; first names stay.
_LEFT_OUT = re.compile(r"po:(?:ipsi|simp|npr|patr|nbro|pfx|symb|sfx)\b")
#: SMS words and misspellings that are no dictionary words.
_MORE = word_set(
    """bjr bonjours slt bsr svp stp mdr lol ptdr oki okay cool super tkt jsp merssi mersi travo
    chofage chaufage isolasion renovasion logment lojement lotissement mdph caf whatsapp facebook
    tiktok internet wifi covid maroilles soginorpa maisons soins epinal maires corons terril terrils
    mineur mineurs silicose anah erbm bud unesco"""
)
#: In the dictionary, but the town comes to mind first.
_TOWNS_FIRST = word_set(
    """amand andorre arques bachant calais conde cottes courriere courrieres eloi nivelle oigniez
    provin recourt ruhr santes sarre sars silesie synthe valencienne valenciennes venant"""
)

_Rule = tuple[str, str, re.Pattern[str], str]


def _suffixes(affixes: str) -> dict[str, list[_Rule]]:
    """Suffix rules by flag: (strip, add, condition, morphology)."""
    rules: dict[str, list[_Rule]] = defaultdict(list)
    for line in affixes.splitlines():
        parts = line.split()
        if len(parts) >= 5 and parts[0] == "SFX":
            _, flag, strip, add, condition, *morphology = parts
            added = add.split("/")[0]
            rules[flag].append(
                (
                    "" if strip == "0" else strip,
                    "" if added == "0" else added,
                    re.compile(condition + "$"),
                    " ".join(morphology),
                )
            )
    return dict(rules)


def _forms(entry: str, suffixes: dict[str, list[_Rule]]) -> Iterator[str]:
    """Inflected forms of one line of the dictionary, as written."""
    head, _, morphology = entry.partition(" ")
    word, _, flags = head.partition("/")
    if _LEFT_OUT.search(morphology):
        return
    rules = [
        rule for at in range(0, len(flags), 2) for rule in suffixes.get(flags[at : at + 2], ())
    ]
    if not any("po:infi" in rule[3] for rule in rules) and "()" not in flags:
        yield word
    for strip, add, condition, tags in rules:
        if word.endswith(strip) and condition.search(word) and not _LEFT_OUT.search(tags):
            yield word.removesuffix(strip) + add


def dictionary_forms() -> set[str]:
    """Every folded one-word form of the dictionary."""
    suffixes = _suffixes((HUNSPELL / "fr.aff").read_text("utf-8"))
    entries = (HUNSPELL / "fr.dic").read_text("utf-8").splitlines()[1:]
    forms = {fold(form) for entry in entries for form in _forms(entry, suffixes)}
    return {form for form in forms if re.fullmatch("[a-z]{2,}", form)}


def packed(forms: Iterable[str]) -> bytes:
    """The forms of SHORTEST letters or more, as french.py reads them: the same bytes each time."""
    listed = "\n".join(sorted(form for form in forms if len(form) >= SHORTEST))
    return gzip.compress(listed.encode("ascii"), 9, mtime=0)


def confusable(
    forms: Iterable[str], names: Names, estates: Estates, towns: Iterable[str]
) -> set[str]:
    """The forms that are part of a name, or near enough to one to be taken for it."""
    keys, vocabulary = names.keys(), names.vocabulary() | estates.vocabulary()
    for town in towns:
        words = name_words(town)
        if len([word for word in words if word not in ARTICLES]) == 1:
            vocabulary |= frozenset(words)
    tails = {key.removeprefix(article) for key in keys for article in ARTICLES}
    exact = keys | vocabulary | tails
    return {
        form
        for form in set(forms) - _TOWNS_FIRST
        if form in exact or form.rstrip("sx") in exact or names.guess((form,)) is not None
    }


def towns_elsewhere(communes: Path, names: Names, region: Region) -> list[str]:
    """Names of the towns to list, the most populous first among equal names."""
    kept = {}
    for row in json.loads(communes.read_text("utf-8")):
        outside = row["departement"] not in region.departments
        current = row["type"] == "commune-actuelle" and outside
        population = row.get("population") or 0
        words = name_words(row["nom"])
        if not current or population < SMALL or names.exact(words) is not None:
            continue
        # « Saint-Martin » is first the start of local names; Saint-Étienne is first Saint-Étienne.
        if population < HUGE and names.start(words) is not None:
            continue
        if population >= LARGE or _resembles(words, names):
            kept[full_key(words)] = row["nom"]
    return sorted(kept.values(), key=fold)


def _resembles(words: tuple[str, ...], names: Names) -> bool:
    if names.guess(words) is not None:
        return True
    starts = (words[:length] for length in range(len(words) - 1, 0, -1))
    return any(names.exact(start) is not None for start in starts if len(short_key(start)) >= 4)


def _local_names(region: Region) -> tuple[Names, Estates]:
    communes = read_communes((LOCAL / "communes.csv").read_text("utf-8"), region, [])
    aliases = read_aliases((LOCAL / "communes_aliases.csv").read_text("utf-8"), communes, [])
    nothing = EverydayWords(())
    kind = region.estates.kind if region.estates else None
    names = Names(communes, [alias for alias in aliases if alias.kind != kind], nothing)
    estates = [alias for alias in aliases if alias.kind == kind]
    return names, Estates(estates, nothing, region.speech)


def main() -> None:
    parser = argparse.ArgumentParser(description="Écrit les mots courants et les villes d’ailleurs")
    parser.add_argument("--communes", type=Path, help="communes.json de l’Insee (voir en tête)")
    communes: Path | None = parser.parse_args().communes
    region = load(KNOWLEDGE, dt.date.today()).gazetteer.region
    names, estates = _local_names(region)
    by_hand, _, derived = TOWNS.read_text("utf-8").partition(TOWNS_MARK)
    if communes is not None:
        derived = TOWNS_NOTE + "\n".join(towns_elsewhere(communes, names, region)) + "\n"
        TOWNS.write_text(by_hand + TOWNS_MARK + derived, "utf-8")
    towns = [line for line in (by_hand + derived).splitlines() if line and line[0] != "#"]
    forms = dictionary_forms()
    FRENCH.write_bytes(packed(forms))
    forms |= {word for word in _MORE | region.speech.autour if len(word) > 1}
    words = sorted(confusable(forms, names, estates, towns))
    WORDS.write_text(WORDS_HEADER + "\n".join(words) + "\n", "utf-8")
    print(f"{len(words)} mots, {len(towns)} villes et régions")


if __name__ == "__main__":
    main()
