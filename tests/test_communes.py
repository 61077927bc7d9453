import datetime as dt
import gc
import json
import math
import random
import re
import string
from collections import Counter
from dataclasses import replace
from functools import cache
from typing import Any
from weakref import ref

import pytest
import yaml

from bot.communes import Ambiguous, Found, Gazetteer, Lookup, Point, Status, Unknown
from bot.communes.commune import TownHall
from bot.communes.names import Names
from bot.communes.nearest import Nearest
from bot.communes.numbers import NEAR_POSTCODES
from bot.communes.spelling import name_words, sound
from bot.communes.tables import read_gazetteer
from bot.knowledge.files import ALIASES, COMMUNES, TOWN_HALLS
from bot.knowledge.problem import Problem
from bot.language.words import fold, normalise
from tests.conftest import KNOWLEDGE, OURS, REGION, ROOT

DEVELOPMENT = ROOT.parent / "shared" / "eval" / "communes_dev.jsonl"
CASES: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / "tests" / "cases" / "communes.yaml").read_text("utf-8")
)
COMMUNES_HEADER = (
    "code_insee,nom,departement,codes_postaux,epci_siren,epci_nom,population,lat,lon,surface_km2,"
    "erbm,bud,source_erbm,perimetre_mbm_250,epci_signataire_erbm,unesco_bien,cites_erbm\n"
)
LENS = "62498,Lens,62,62300,246200364,CA de Lens - Liévin,32000,50.4,2.8,11.7,oui,oui,MBM250+EPCI8,"
LENS_LINE = LENS + "oui,oui,oui,Cité A|Cité B\n"
ALIASES_HEADER = "alias,code_insee,kind,source,nb_communes\n"
EVERYDAY = """bonjour
bonjour madame, j'espère que vous allez bien
quand est-ce que les travaux commencent
mon chauffage est en panne depuis lundi
je voudrais faire un don aux restos
on verra ça demain
des lentilles, des oignons et du lard
c'est la croix et la bannière
le denier de la veuve
mon loyer va-t-il augmenter après la rénovation
il y a de l'humidité et des moisissures dans la chambre
qui paie les fenêtres
je suis de bonne humeur
j'habite à la campagne
j'habite au rez de chaussée
j'habite une maison des mines
j'habite chez mes parents
j'habite dans un coron
j'habite seul depuis avril
les cours de couture reprennent en septembre
la rivière a débordé
un pommier et un poirier
le train pour partir en vacances
le match de ce soir
la cité d'à côté a été refaite
mon voisin Rémy est parti
je m'appelle Catherine
ma fille prénommée Salomé
le bus est en retard
qui a construit les terrils
combien ça coûte
est-ce que c'est dangereux l'amiante
renovasion des mésons
chofage
ras le bol
lol
asdfghjkl
merci beaucoup
a bientot
t'es un robot ?
il pleut
mon fils est né en mars
la loge du gardien est fermée
une petite forêt derrière la maison
le haut lieu du football
la marquise est cassée
il faut des bornes de recharge
je n'ai pas reçu de réponse""".splitlines()


def lines(name: str) -> list[str]:
    return (KNOWLEDGE / "lieux" / name).read_text("utf-8").splitlines()


@cache
def gazetteer() -> Gazetteer:
    return OURS.gazetteer


def kind(answer: Lookup) -> str:
    return type(answer).__name__.lower()


def codes(answer: Lookup) -> set[str]:
    if isinstance(answer, Found):
        return {answer.commune.code_insee}
    if isinstance(answer, Ambiguous):
        return {commune.code_insee for commune in answer.communes}
    return set()


@pytest.mark.parametrize("case", CASES, ids=[case["text"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    answer = gazetteer().find(case["text"])
    assert (kind(answer), codes(answer)) == (case["expect"], set(case["codes"])), case["reason"]
    for field in {"cite", "fuzzy", "elsewhere", "rest", "street"} & case.keys():
        assert getattr(answer, field) == case[field]


@pytest.mark.parametrize("sentence", EVERYDAY)
def test_everyday_sentence_names_no_commune(sentence: str) -> None:
    assert isinstance(gazetteer().find(sentence), Unknown)


# Properties over all the data


def shared_names() -> set[str]:
    aliases = [line.split(",") for line in lines("communes_aliases.csv")[1:]]
    shared = {normalise(alias[0]) for alias in aliases if alias[-1] != "1"}
    counts = Counter(normalise(commune.name) for commune in gazetteer().communes)
    return shared | {name for name, count in counts.items() if count > 1}


def test_every_official_name_finds_its_commune() -> None:
    shared = shared_names()
    for commune in gazetteer().communes:
        answer = gazetteer().find(commune.name)
        assert commune.code_insee in codes(answer), commune.name
        assert isinstance(answer, Ambiguous) == (normalise(commune.name) in shared), commune.name


def test_every_insee_code_finds_its_commune_where_it_is_called_so() -> None:
    for commune in gazetteer().communes:
        code = commune.code_insee
        assert gazetteer().get(code) is commune
        assert codes(gazetteer().find(f"code insee {code}")) == {code}


def test_a_postcode_with_a_wrong_digit_names_no_commune() -> None:
    """Unless it is another's postcode: then nothing can tell."""
    postcodes = {code for commune in gazetteer().communes for code in commune.postcodes}
    for postcode in sorted(postcodes):
        for at in range(2, 5):
            for digit in "0123456789":
                slip = postcode[:at] + digit + postcode[at + 1 :]
                if slip not in postcodes:
                    found = gazetteer().find(slip)
                    assert isinstance(found, Unknown), slip
                    assert found.postcode == slip
                    assert any(postcode in near.postcodes for near in found.near) or (
                        len(found.near) == NEAR_POSTCODES
                    )


def test_every_postcode_finds_its_communes() -> None:
    by_postcode: dict[str, set[str]] = {}
    for commune in gazetteer().communes:
        for postcode in commune.postcodes:
            by_postcode.setdefault(postcode, set()).add(commune.code_insee)
    for postcode, expected in by_postcode.items():
        assert codes(gazetteer().find(postcode)) == expected
        assert codes(gazetteer().find(f"{postcode[:2]} {postcode[2:]}")) == expected


@pytest.mark.parametrize("write", ["upper", "fold", "spaces", "saint", "lez", "sentence"])
def test_spelling_variants_of_every_official_name(write: str) -> None:
    for commune in gazetteer().communes:
        name = commune.name
        typed = {
            "upper": name.upper(),
            "fold": fold(name),
            "spaces": re.sub(r"[-'’]", " ", name),
            "saint": re.sub(r"\bSaint(e?)-", r"St\1 ", name),
            "lez": re.sub(r"\bl[eè][sz]\b", "les", name),
            "sentence": f"bonjour, j'habite à {name}, est-ce que ma commune est concernée ?",
        }[write]
        answer = gazetteer().find(typed)
        expected = gazetteer().find(name)
        assert codes(answer) == codes(expected), typed
        assert not isinstance(answer, Found) or not answer.fuzzy


def one_typo(name: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(name) - 1)
    letter = chance.choice(string.ascii_lowercase)
    return chance.choice(
        [
            name[:at] + name[at + 1 :],
            name[:at] + letter + name[at:],
            name[:at] + letter + name[at + 1 :],
            name[:at] + name[at + 1] + name[at] + name[at + 2 :],
        ]
    )


def test_one_typo_in_a_long_name_is_forgiven() -> None:
    """Names of six letters and more of the programme; the typo may fall on another name."""
    chance = random.Random(250)
    shared = shared_names()
    names = [
        fold(commune.name)
        for commune in gazetteer().communes
        if commune.status is not Status.OUT and len(commune.name) >= 6
    ]
    names = [name for name in names if normalise(name) not in shared]
    right, wrong = 0, []
    for name in names:
        typed = one_typo(name, chance)
        found, expected = codes(gazetteer().find(typed)), codes(gazetteer().find(name))
        right += expected <= found
        if found and not expected <= found:
            wrong.append((typed, name))
    assert right >= 0.9 * len(names)
    assert len(wrong) <= 0.02 * len(names), wrong


def test_development_questions() -> None:
    if not DEVELOPMENT.exists():
        pytest.skip("questions de mise au point absentes (../shared/eval/communes_dev.jsonl)")
    rows = [json.loads(line) for line in DEVELOPMENT.read_text("utf-8").splitlines()]
    wrong = []
    for row in rows:
        answer = gazetteer().find(row["question"])
        silent = row["expect"] in {"unknown", "not_commune"}
        if silent:
            assert isinstance(answer, Unknown), row
        elif (kind(answer), codes(answer)) != (row["expect"], set(row["codes"])):
            wrong.append(row["question"])
    assert len(wrong) <= 0.02 * len(rows), wrong


# Shape of the answers, of the data, of the keys


def test_words_are_shared_out_between_matched_and_rest() -> None:
    answer = gazetteer().find("Bonjour, j’habite à Noeux-les-Mines (62290) : et moi ?")
    assert isinstance(answer, Found)
    assert answer.matched == "noeux les mines 62290"
    assert answer.rest == "bonjour j habite a et moi"
    assert answer.commune.name == "Nœux-les-Mines"
    assert answer.commune.status is Status.IN


def test_candidates_come_most_populous_first() -> None:
    answer = gazetteer().find("noyelles")
    assert isinstance(answer, Ambiguous)
    populations = [commune.population for commune in answer.communes]
    assert populations == sorted(populations, reverse=True)


def test_statuses_of_the_data() -> None:
    counts = Counter(commune.status for commune in gazetteer().communes)
    assert counts == {
        Status.IN: 224,
        Status.PARTNER_ONLY: 112,
        Status.PERIMETER_ONLY: 26,
        Status.OUT: 1172,
    }


def test_unknown_code() -> None:
    assert gazetteer().get("75056") is None


def test_empty_message() -> None:
    assert gazetteer().find("") == gazetteer().find(" ?! ") == Unknown(None)


def tables(communes: str, aliases: str = "", **others: str) -> tuple[Gazetteer, list[Problem]]:
    problems: list[Problem] = []
    files = {COMMUNES: communes, ALIASES: ALIASES_HEADER + aliases, **others}
    return read_gazetteer(files, REGION, problems), problems


def test_commune_is_read_whole() -> None:
    small, problems = tables(COMMUNES_HEADER + LENS_LINE)
    assert problems == []
    (lens,) = small.communes
    assert lens.postcodes == ("62300",)
    assert lens.cites == ("Cité A", "Cité B")
    assert (lens.in_zone, lens.population) == (True, 32000)


def test_a_replaced_search_is_freed_at_once() -> None:
    """Without the garbage collector, which no longer looks there (app.py)."""

    def heavy() -> dict[int, object]:
        kinds = {Gazetteer, Names}
        return {id(one): one for one in gc.get_objects() if type(one) in kinds}

    others = heavy()
    search = tables(COMMUNES_HEADER + LENS_LINE)[0]
    assert isinstance(search.find("Lens"), Found)
    search.find("j'habite a lennse")
    parts = [ref(one) for key, one in heavy().items() if key not in others]
    assert len(parts) == 2
    gc.collect()
    gc.disable()
    try:
        del search
        assert [part() for part in parts] == [None, None]
    finally:
        gc.enable()


WHOLE = COMMUNES_HEADER + LENS_LINE
#: (communes.csv, lines of communes_aliases.csv, file told, line, what is said)
WRONG_TABLES = [
    ("", "", COMMUNES, 1, "colonne code_insee"),
    (COMMUNES_HEADER, "", COMMUNES, 1, "Aucune commune"),
    (WHOLE.replace(",erbm", ",ERBM").replace(",nom", ",Nom"), "", COMMUNES, 1, "colonne nom"),
    (WHOLE.replace(",", ";"), "", COMMUNES, 1, "points-virgules"),
    (WHOLE.replace("32000", "beaucoup"), "", COMMUNES, 2, "« beaucoup »"),
    (WHOLE.replace("50.4,", '"50,4",'), "", COMMUNES, 2, "un point"),
    (WHOLE.replace("EPCI8", "EPCI9"), "", COMMUNES, 2, "Vouliez-vous dire « MBM250+EPCI8 » ?"),
    (WHOLE.replace("oui,oui,MBM", "oui,peut-être,MBM"), "", COMMUNES, 2, "« peut-être »"),
    (WHOLE.replace("62300", "623"), "", COMMUNES, 2, "cinq chiffres"),
    (WHOLE.replace("62498", "2498"), "", COMMUNES, 2, "zéro"),
    (WHOLE.replace(",Lens,", ",,"), "", COMMUNES, 2, "« nom » est vide"),
    (WHOLE.replace("CA de Lens - Liévin", "CA de Lens, Liévin"), "", COMMUNES, 2, "17 cases"),
    (COMMUNES_HEADER + LENS + "oui\n", "", COMMUNES, 2, "17 cases"),
    (
        WHOLE.replace("\n", ",maire\n", 1) + LENS_LINE.replace("62498", "62499"),
        "",
        COMMUNES,
        1,
        "18 cases, et les suivantes en ont 17",
    ),
    (WHOLE.replace("Lens,62", '"Lens,62') + LENS_LINE, "", COMMUNES, 2, "guillemet"),
    (WHOLE.replace("Lens,62", '"Lens,62') + LENS_LINE * 2000, "", COMMUNES, 2, "guillemet"),
    (WHOLE + LENS_LINE, "", COMMUNES, 3, "62498 est déjà pris"),
    (WHOLE, "Lans,99999,nom_court,x,1\n", ALIASES, 2, "99999 n’est pas dans communes.csv"),
    (WHOLE, "Lans,62498,nom_court,x,un\n", ALIASES, 2, "« un »"),
    (WHOLE, ",62498,nom_court,x,1\n", ALIASES, 2, "« alias » est vide"),
]


@pytest.mark.parametrize(("communes", "aliases", "file", "line", "words"), WRONG_TABLES)
def test_wrong_data_is_refused_by_line(
    communes: str, aliases: str, file: str, line: int, words: str
) -> None:
    (problem, *others) = tables(communes, aliases)[1]
    assert (problem.file, problem.line, problem.level) == (file, line, "error"), problem
    assert words in f"{problem.message} {problem.hint}"
    assert others == []


def test_all_wrong_lines_are_told_and_aliases_wait_for_them() -> None:
    wrong = WHOLE + LENS_LINE.replace("62498", "1").replace("62300", "2") + LENS_LINE
    assert [one.line for one in tables(wrong, "Lans,99999,x,x,1\n")[1]] == [3, 4]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("pekencourt", "Pecquencourt"),
        ("maubeuje", "Maubeuge"),
        ("dunkerk", "Dunkerque"),
        ("noyelle godo", "Noyelles-Godault"),
        ("calone ricouar", "Calonne-Ricouart"),
        ("oberchicourt", "Auberchicourt"),
    ],
)
def test_same_sound(typed: str, name: str) -> None:
    assert sound(name_words(typed)) == sound(name_words(name))


def test_word_lists_are_sorted_folded_and_small() -> None:
    words = [line for line in lines("mots_courants.txt") if not line.startswith("#")]
    assert words == sorted(set(words))
    assert all(word == fold(word) for word in words)
    assert (KNOWLEDGE / "lieux" / "mots_courants.txt").stat().st_size < 60_000


@pytest.mark.parametrize(
    ("lat", "lon", "name"),
    [
        (50.379, 3.217, "Pecquencourt"),
        (50.4327, 2.8275, "Lens"),
        (50.6306, 3.0706, "Lille"),
        (50.9520, 1.8560, "Calais"),
        (50.7480, 2.2610, "Saint-Omer"),
    ],
)
def test_a_town_square_is_in_its_commune(
    gazetteer: Gazetteer, lat: float, lon: float, name: str
) -> None:
    around = gazetteer.around(Point(lat, lon))
    assert len(around) == 3
    assert name in {commune.name for commune in around}


def test_every_centre_is_first_its_own(gazetteer: Gazetteer) -> None:
    for commune in gazetteer.communes:
        assert gazetteer.around(Point(commune.lat, commune.lon))[0] == commune


def test_a_wide_commune_reaches_further_than_a_small_one(gazetteer: Gazetteer) -> None:
    """At 2 km of a small commune's centre and 3 km of a wide one's, the wide one comes first."""
    wide, small = (
        replace(gazetteer.communes[0], code_insee=code, lat=50.0, lon=lon, area_km2=area)
        for code, lon, area in (("59001", 3.0, 36.0), ("59002", 3.07, 4.0))
    )
    point = Point(50.0, 3.042)
    assert Nearest([small, wide]).around(point) == (wide, small)
    assert Nearest([small, replace(wide, area_km2=4.0)]).around(point)[0] == small


@pytest.mark.parametrize(
    ("lat", "lon"), [(48.85, 2.35), (-50.4, -3.2), (0.0, 0.0), (90.0, 3.2), (math.nan, 3.2)]
)
def test_a_point_far_away_is_in_none(gazetteer: Gazetteer, lat: float, lon: float) -> None:
    assert gazetteer.around(Point(lat, lon)) == ()


def test_no_communes_have_none_near() -> None:
    assert Nearest([]).around(Point(50.4, 3.2)) == ()


HALLS_HEADER = "code_insee,nom,telephone,adresse,site,horaires,source_date\n"
HALL = '62498,Lens,03 21 69 86 86,"17 bis place, Lens",https://villedelens.fr/,"{}",2026-09\n'
#: (hours of mairies.csv, as they are read)
HOURS = [
    ("lundi au vendredi : 9 h-12 h 30, 13 h 30-18 h",
     "lundi au vendredi 9 h-12 h 30, 13 h 30-18 h"),
    ("lundi et jeudi : 9 h-12 h ; samedi : 10 h-12 h",
     "lundi et jeudi 9 h-12 h ; samedi 10 h-12 h"),
    ("mardi : 8 h 05-8 h 30", "mardi 8 h 05-8 h 30"),
    ("", None),
]  # fmt: skip


@pytest.mark.parametrize(("written", "read"), HOURS)
def test_a_town_hall_is_read(written: str, read: str | None) -> None:
    small, problems = tables(WHOLE, **{TOWN_HALLS: HALLS_HEADER + HALL.format(written)})
    assert problems == []
    hall = small.communes[0].town_hall
    assert hall
    assert (hall.phone, hall.url) == ("03 21 69 86 86", "https://villedelens.fr/")
    assert (hall.address, hall.as_of) == ("17 bis place, Lens", dt.date(2026, 9, 1))
    shown = hall.hours and hall.hours.replace("\u00a0", " ").replace("\u202f", " ")
    assert shown == read


def test_a_town_hall_may_lack_all_but_its_date() -> None:
    small, problems = tables(WHOLE, **{TOWN_HALLS: f"{HALLS_HEADER}62498,Lens,,,,,2026-09\n"})
    assert problems == []
    assert small.communes[0].town_hall == TownHall(None, None, None, None, dt.date(2026, 9, 1))
    assert tables(WHOLE)[0].communes[0].town_hall is None


ONE_HALL = HALLS_HEADER + HALL.format("lundi au jeudi : 9 h-12 h ; vendredi : 9 h-11 h")
#: (mairies.csv, line, what is said)
WRONG_HALLS = [
    ("", 1, "colonne code_insee"),
    (ONE_HALL.replace(",horaires", ",heures"), 1, "colonne horaires"),
    (ONE_HALL.replace("62498", "99999"), 2, "99999 n’est pas dans communes.csv"),
    (ONE_HALL + HALL.format(""), 3, "62498 est déjà pris"),
    (ONE_HALL.replace("03 21 69 86 86", "03 21 69 86"), 2, "« telephone »"),
    (ONE_HALL.replace("https://", ""), 2, "« site »"),
    (ONE_HALL.replace("2026-09", "septembre 2026"), 2, "« septembre 2026 » n’est pas un mois"),
    (ONE_HALL.replace("2026-09", "2026-13"), 2, "2026-09"),
    (ONE_HALL.replace("2026-09", "0226-09"), 2, "2026-09"),
    (ONE_HALL.replace("lundi au", "lundis au"), 2, "lundi au jeudi : 8 h 30-12 h"),
    (ONE_HALL.replace("9 h-12 h", "9h-12h"), 2, "ne peuvent pas être lus"),
    (ONE_HALL.replace("9 h-12 h", "12 h-9 h"), 2, "ne se suivent pas"),
    (ONE_HALL.replace("lundi au jeudi", "jeudi au lundi"), 2, "ne se suivent pas"),
    (ONE_HALL.replace("9 h-12 h", "9 h-25 h"), 2, "ne se suivent pas"),
    (ONE_HALL.replace("au jeudi", "au samedi"), 2, "Un jour a deux fois des horaires"),
]


@pytest.mark.parametrize(("halls", "line", "words"), WRONG_HALLS)
def test_a_wrong_town_hall_is_refused_by_line(halls: str, line: int, words: str) -> None:
    (problem, *others) = tables(WHOLE, **{TOWN_HALLS: halls})[1]
    assert others == []
    assert (problem.file, problem.line, problem.level) == (TOWN_HALLS, line, "error"), problem
    assert words in f"{problem.message} {problem.hint}"
