"""The table is the specification: each misread question becomes a row."""

import datetime as dt

import pytest

from bot.language.cleaning import cleaned
from bot.language.french import is_french
from bot.language.typography import long_date, typeset
from bot.language.words import is_asked, normalise, sentences, stem, stems, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L’ERBM, c’est quoi ?", "l erbm c est quoi"),
        ("L'ERBM c'est quoi", "l erbm c est quoi"),
        ("ŒUVRE d'Été", "oeuvre d ete"),
        ("  Hénin-Beaumont ", "henin beaumont"),
        ("59 146 Pecquencourt", "59146 pecquencourt"),
        ("23 000 logements", "23000 logements"),
        ("23\u202f000 logements", "23000 logements"),
        ("😀", ""),
        ("???", ""),
        ("École — où ça…", "ecole ou ca"),
        ("100 %", "100"),
    ],
)
def test_normalise(text: str, expected: str) -> None:
    assert normalise(text) == expected
    assert normalise(expected) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("c koi", ("c", "quoi")),
        ("cmb de maison", ("combien", "de", "maison")),
        ("ya kan", ("il", "y", "a", "quand")),
        ("jhabite à Lens", ("j", "habite", "a", "lens")),
    ],
)
def test_sms_spellings_are_written_out(text: str, expected: tuple[str, ...]) -> None:
    assert tokens(text) == expected


@pytest.mark.parametrize(
    "family",
    [
        ("rénové", "renove", "rénovée", "renovees", "rénovation", "RÉNOVER"),
        ("logement", "logements"),
        ("concernée", "concerne", "concernés"),
        ("habitants", "habitant"),
        ("déménager", "demenagement", "déménage"),
        ("cité", "cites", "citée"),
    ],
)
def test_words_of_one_family_share_a_stem(family: tuple[str, ...]) -> None:
    assert len({stem(normalise(word)) for word in family}) == 1


@pytest.mark.parametrize("word", ["royalement", "detour", "zygotes", "deviendrait", "sert"])
def test_forms_of_french_words_are_known(word: str) -> None:
    assert is_french(word)


@pytest.mark.parametrize("word", ["chofage", "logment", "aaa", "zzzzzz", "", "royalemen", "zz"])
def test_slips_are_no_french_words(word: str) -> None:
    assert not is_french(word)


@pytest.mark.parametrize(
    ("text", "told", "asked"),
    [
        ("J'ai écrit. Rien ne vient ! On fait quoi ?", 3, [False, False, True]),
        ("c'est pas moi, moi je veux juste savoir combien de temps", 2, [False, True]),
        ("vous pouvez me dire quand", 1, [True]),
        ("qui paie", 1, [False]),
    ],
)
def test_sentences_and_what_is_asked(text: str, told: int, asked: list[bool]) -> None:
    found = sentences(text)
    assert len(found) == told
    assert [is_asked(one) for one in found] == asked


def test_question_words_and_negation_are_kept() -> None:
    assert "combien" in stems("Combien de logements ?")
    assert "pas" in stems("Je ne veux pas")
    assert stems("de la les du") == ()


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Qu'est-ce ?", "Qu’est-ce\u202f?"),
        ("23 000 logements", "23\u202f000 logements"),
        ("1 200 000 habitants", "1\u202f200\u202f000 habitants"),
        ("« oui »", "«\u00a0oui\u00a0»"),
        ("«oui»", "«\u00a0oui\u00a0»"),
        ("Attention : non !", "Attention\u00a0: non\u202f!"),
        ("100 millions d'euros", "100\u00a0millions d’euros"),
        ("50 %", "50\u00a0%"),
        ("100 €", "100\u00a0€"),
        ("03 27 71 37 37", "03\u00a027\u00a071\u00a037\u00a037"),
        ("0 808 800 700", "0\u00a0808\u00a0800\u00a0700"),
        ("fin...", "fin…"),
        ("[ici](https://a.fr/?q=l'a;b)", "[ici](https://a.fr/?q=l'a;b)"),
        ("voir https://a.fr/x?y=1;2", "voir https://a.fr/x?y=1;2"),
        ("9-9 bis", "9-9 bis"),
        ("12:30", "12:30"),
        ("7 mars 2017", "7 mars 2017"),
    ],
)
def test_typeset(typed: str, printed: str) -> None:
    assert typeset(typed) == printed
    assert typeset(printed) == printed, "typesetting twice changes nothing"


def test_long_date() -> None:
    assert long_date(dt.date(2017, 3, 7)) == "7 mars 2017"
    assert long_date(dt.date(2018, 5, 1)) == "1er mai 2018"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("mon lo\u00adyer va aug\u00admenter", "mon loyer va augmenter"),
        ("mon\u200b loyer\ufeff", "mon loyer"),
        ("la r&eacute;novation, c&#8217;est quand&nbsp;?", "la rénovation, c’est quand\u00a0?"),
        ("la réno-\nvation du loge-\r\n  ment", "la rénovation du logement"),
        ("est-\nce que Hénin-\nBeaumont en est", "est-ce que Hénin-Beaumont en est"),
        ("de 10 -\n12 h", "de 10 -\n12 h"),
        ("Mon loyer ?\n\nEnvoyé de mon iPhone", "Mon loyer ?"),
        ("Mon loyer ?\nEnvoyé à partir de l'appli Yahoo", "Mon loyer ?"),
        ("Mon loyer ?\nSent from my Samsung", "Mon loyer ?"),
        ("Mon loyer ?\n-- \nJean D.\n12 rue X", "Mon loyer ?"),
        ("Mon loyer ?\n\nLe lun. 3 mars 2026 à 10:02, Mairie a écrit :\n> bonjour", "Mon loyer ?"),
        ("Envoyé de mon iPhone", "Envoyé de mon iPhone"),
        ("dossier fait\nenvoyé il y a trois mois", "dossier fait\nenvoyé il y a trois mois"),
        ("  ", ""),
    ],
)
def test_what_was_never_typed_is_taken_out(typed: str, meant: str) -> None:
    assert cleaned(typed) == meant
    assert cleaned(meant) == meant
