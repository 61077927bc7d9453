"""How a text is read: words, spelling repaired, groups of words."""

import functools
import gc
import random
import tracemalloc

import pytest

from bot.conversation.assistant import Assistant
from bot.conversation.reply import Question
from bot.language.reading import Reader, runs
from tests.cases.matching import ODD, SYNONYMS

TRUSTED = (
    "La rénovation des logements miniers commence par l'argent du bailleur, en 2017.",
    "Déménagement, subvention, énergie : les travaux du bassin, le prix du loyer.",
    "Pecquencourt a une mairie. Les foyers, les loyers et le voyage.",
)
LOOSE = ("un trottoir abimé", "le trottoir", "un bazaar")


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.of(TRUSTED, LOOSE, SYNONYMS)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        # one edit of each kind from five letters
        ("loyrr", "loyer"),
        ("loyeer", "loyer"),
        ("lyoer", "loyer"),
        ("bassn", "bassin"),
        ("mairei", "mairie"),
        ("trotoir", "trottoir"),
        # a shorter word is only ever heard, never edited
        ("prux", "prux"),
        ("bien", "bien"),
        # two edits from nine letters
        ("renovtoin", "renovation"),
        ("pecqencour", "pecquencourt"),
        ("subvtion", "subvtion"),
        ("demenagmnet", "demenagement"),
        # beyond, nothing is guessed
        ("rnvtoin", "rnvtoin"),
        ("xylophone", "xylophone"),
        # a word of French is no slip for another
        ("ravissant", "ravissant"),
        ("voyante", "voyante"),
        ("prieur", "prieur"),
        # digits are never repaired
        ("2018", "2018"),
        ("20177", "20177"),
        # a known word is left alone, however near another
        ("foyers", "foyers"),
        ("loyers", "loyers"),
        # letters that an elided word leaves glued
        ("largent", "argent"),
        ("dargent", "argent"),
        ("lenergie", "energie"),
        # spelt by ear
        ("travo", "travaux"),
        ("travau", "travaux"),
        ("lojement", "logements"),
        ("enerji", "energie"),
        # a word of one phrasing alone is not trusted, one of two is
        ("abim", "abim"),
        ("trottoirs", "trottoir"),
        ("bazar", "bazar"),
    ],
)
def test_repairs(reader: Reader, typed: str, read: str) -> None:
    reading = reader.read(typed)
    assert reading.words == (read,)
    assert reading.repairs == (() if typed == read else ((typed, read),))


def test_of_two_words_as_near_the_most_used_is_read() -> None:
    assert Reader.of(["la cabane", "la cabine cabine"], []).read("cabone").words == ("cabine",)
    assert Reader.of(["la cabane cabane", "la cabine"], []).read("cabone").words == ("cabane",)
    assert Reader.of(["la cabane", "la cabine"], []).read("cabone").words == ("cabane",), (
        "by the ABC"
    )
    assert Reader.of(["la cabane cabane cabane", "un cabinet"], []).read("cabinett").words == (
        "cabinet",
    ), "the nearest comes before the most used"


def test_a_glued_article_is_more_likely_than_another_word() -> None:
    assert Reader.of(["un orage", "le forage, le forage"], []).read("lorage").words == ("orage",)


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("mon hlm", {"=0"}),
        ("une HABITATION à loyer modéré", {"=0"}),
        ("les logements", {"=1"}),
        ("les logements sociaux", {"=0"}),
        ("un logement social", {"=0"}),
        ("des baraques", {"=1"}),
        ("ma maison, mon logement", {"=1"}),
        ("maison hlm", {"=0", "=1"}),
        ("veuve d un mineur", {"=2"}),
        ("une veuve", set()),
        ("le loyer", set()),
    ],
)
def test_lexicon_groups(reader: Reader, text: str, groups: set[str]) -> None:
    found = [term for term in reader.read(text).terms if term.startswith("=")]
    assert set(found) == groups
    assert len(found) == len(groups), "a group counts once"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Bonjour, mon loyer ?", "mon loyer"),
        ("bjr je voudrais savoir le prix du loyer svp merci d'avance", "le prix du loyer"),
        ("le loyer s'il vous plaît, cordialement", "le loyer"),
        ("Pourriez-vous me dire le prix", "le prix"),
        ("Bonjour merci", "bonjour merci"),
        ("c koi le loyer", "c quoi le loyer"),
        ("jveux un logement", "je veux un logements"),
        ("Œuvre", "oeuvre"),
        ("", ""),
        ("?!", ""),
    ],
)
def test_words_as_read(reader: Reader, text: str, words: str) -> None:
    assert " ".join(reader.read(text).words) == words


def test_a_reading_keeps_what_each_signal_needs(reader: Reader) -> None:
    reading = reader.read("Le déménagement de la rénovtion en 2017, 3 c ?")
    assert reading.words == (
        "le", "demenagement", "de", "la", "renovation", "en", "2017", "3", "c",
    )  # fmt: skip
    assert "2017" in reading.terms
    assert "3" in reading.terms
    assert not {"le", "de", "la", "en", "c"} & set(reading.terms)
    assert reading.repairs == (("renovtion", "renovation"),)


def test_runs_mark_the_edges_of_words() -> None:
    assert set(runs("bud")) == {" b", "bu", "ud", "d ", " bu", "bud", "ud ", " bud", "bud "}


def test_reading_what_was_read_changes_nothing(reader: Reader) -> None:
    for text in ("jveux savoir le pri du lojement a pecqencour", *TRUSTED, *ODD):
        words = reader.read(text).words
        assert reader.read(" ".join(words)).words == words


#: Bytes that may be kept of the words of residents, whatever they type.
KEPT = 12 << 20


def test_invented_words_can_not_fill_the_memory(assistant: Assistant) -> None:
    """What is kept of a word saves reading it again, and anyone can invent as many as she likes."""
    caches = [
        one
        for one in gc.get_objects()
        if isinstance(one, functools._lru_cache_wrapper)
        and getattr(one.__wrapped__, "func", one.__wrapped__).__module__.startswith("bot.")
    ]
    assert len(caches) > 10
    for cache in caches:
        cache.cache_clear()
    chance = random.Random(0)
    tracemalloc.start()
    try:
        for _ in range(100):
            words = ("".join(chance.choices("aeioulmnrst", k=9)) for _ in range(10))
            assistant.reply(Question(" ".join(words)))
        full = 0.0
        for cache in caches:
            held, before = cache.cache_info(), tracemalloc.get_traced_memory()[0]
            cache.cache_clear()
            gc.collect()
            weight = before - tracemalloc.get_traced_memory()[0]
            if held.currsize and held.maxsize:
                full += weight / held.currsize * held.maxsize
    finally:
        tracemalloc.stop()
    assert full < KEPT, f"{full / 2**20:.0f} MiB"
