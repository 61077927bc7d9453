"""Replies as Telegram messages: every one of the real base, then each part by hand."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from typing import Any

import pytest

from bot.conversation.action import Ask, Kind
from bot.conversation.assistant import Assistant
from bot.conversation.places import commune_status
from bot.conversation.reply import Action, Conversation, Outcome, Question, Reply
from bot.handlers.delivery.sending import plain
from bot.handlers.dialogue.keyboard import LABEL_LENGTH, REFUSAL, Vote, cut, keyboard, with_vote
from bot.handlers.dialogue.rendering import MESSAGE_LENGTH, page, render, size
from bot.knowledge.model import Contact, KnowledgeBase, Source
from doubles.telegram_rules import keyboard_complaints, text_complaints
from tests.conftest import TEXTS

REPLY = Reply(
    Outcome.ANSWER,
    "Voir [la page](https://exemple.fr/?a=1&b=2) :\n- un < deux\n- trois\n\nFin.",
    Conversation(),
    notice="Service automatique.",
    title="Pain & mine ?",
    entry="pain",
    easy_text="Facile.",
    sources=(
        Source(title="Préfecture de région", url="https://exemple.fr", date=dt.date(2024, 3, 22)),
        Source(title="Journal <officiel>"),
    ),
    collected_on=dt.date(2026, 11, 23),
    contact=Contact(
        name="Mairie", role="accueil", phone="03 27 00 00 00", url="https://exemple.fr"
    ),
    actions=(
        Action("Une question ?", Ask(Kind.ENTRY, "une")),
        Action("Voir les thèmes", Ask(Kind.THEMES)),
        Action("Chercher ma commune", Ask(Kind.COMMUNE)),
        Action("Joindre quelqu’un", Ask(Kind.CONTACT)),
    ),
)


def rows(reply: Reply) -> list[list[str]]:
    markup = keyboard(reply, TEXTS)
    assert markup
    return [[str(button.callback_data) for button in row] for row in markup.inline_keyboard]


def every_action(base: KnowledgeBase) -> Iterator[str]:
    for entry in base.entries:
        yield from (f"entry:{entry}", f"easy:{entry}")
    yield from (f"theme:{theme.id}" for theme in base.themes)
    yield from ("start", "themes", "commune", "contact", "help", "privacy", "none", "périmé")


def test_every_reply_of_the_real_base_is_accepted(
    assistant: Assistant, base: KnowledgeBase
) -> None:
    complaints: list[str] = []
    for action in every_action(base):
        reply = assistant.reply(Question(action=action))
        markup = keyboard(reply, TEXTS)
        assert markup
        found = [
            *text_complaints(render(reply, TEXTS), "HTML"),
            *keyboard_complaints(markup.to_dict()),
        ]
        complaints.extend(f"{action}: {complaint}" for complaint in found)
        # Nothing of a real answer is left out.
        assert all(source.title in plain(render(reply, TEXTS)) for source in reply.sources), action
    assert complaints == []


def test_every_commune_is_accepted(assistant: Assistant) -> None:
    for name in ("59456", "Noyelles", "Lille", "Lens", "Paris", "Saint-Amand", "62"):
        reply = assistant.reply(Question(text=name))
        assert list(text_complaints(render(reply, TEXTS), "HTML")) == []


def test_a_message_has_its_parts_in_order() -> None:
    assert render(REPLY, TEXTS) == (
        "<i>Service automatique.</i>\n\n"
        "<b>Pain &amp; mine ?</b>\n\n"
        'Voir <a href="https://exemple.fr/?a=1&amp;b=2">la page</a> :\n'
        "• un &lt; deux\n• trois\n\nFin.\n\n"
        "Contact\u00a0: <b>Mairie</b>, accueil\n"
        "Téléphone\u00a0: 03\u00a027\u00a000\u00a000\u00a000\n"
        '<a href="https://exemple.fr">Voir le site</a>\n\n'
        "Sources\u00a0:\n"
        '• <a href="https://exemple.fr">Préfecture de région</a>, page de 2024, lue en novembre '
        "2026\n"
        "• Journal &lt;officiel&gt;, page lue en novembre 2026"
    )


def test_one_source_and_a_check() -> None:
    checked = replace(REPLY, sources=REPLY.sources[1:], checked_on=dt.date(2027, 5, 1))
    assert render(checked, TEXTS).endswith(
        "Source\u00a0: Journal &lt;officiel&gt;, page lue en novembre 2026\n"
        "Vérifié le 1er mai 2027."
    )


def test_a_bare_reply_is_its_text() -> None:
    bare = Reply(Outcome.SMALLTALK, "Bonjour.", Conversation())
    assert render(bare, TEXTS) == "Bonjour."
    assert keyboard(bare, TEXTS) is None


BRIEF = "Une phrase, avec [ceci] & (cela)."
LONG = "Une explication de trente signes. " * 10
SHORT = replace(
    REPLY, brief=BRIEF, notice=None, easy_text=None, sources=(), collected_on=None, contact=None
)


def opened(text: str, **changes: Any) -> str:
    return render(replace(SHORT, text=text, **changes), TEXTS)


#: The text of an answer, and what of it stands before the sentence in short, and after.
OPENINGS = (
    (f"{BRIEF} {LONG}", "", LONG),
    # As it stands in a file, on several lines.
    (BRIEF.replace(" avec", "\navec") + f" {LONG}", "", LONG),
    (f"{BRIEF}\n\n- un\n- deux\n\n{LONG}", "", f"• un\n• deux\n\n{LONG}"),
    (f"{BRIEF[:-1]} :\n- un\n- deux\n\n{LONG}", "", f"• un\n• deux\n\n{LONG}"),
    # Said again: that is told before.
    (f"Je vous le redis.\n\n{BRIEF} {LONG}", "Je vous le redis.\n\n", LONG),
    # The sentence is not the whole of the text's own: nothing is lost.
    (f"{BRIEF[:-1]}, et la suite. {LONG}", "", f"{BRIEF[:-1]}, et la suite. {LONG}"),
    (f"Autre chose. {LONG}", "", f"Autre chose. {LONG}"),
)


@pytest.mark.parametrize(("text", "before", "rest"), OPENINGS)
def test_an_answer_opens_on_its_sentence_in_short_said_once(
    text: str, before: str, rest: str
) -> None:
    told = escape(rest.strip(), quote=False)
    assert opened(text) == (
        f"Pain &amp; mine ?\n\n{before}<b>{escape(BRIEF, quote=False)}</b>\n\n"
        f"<blockquote expandable>{told}</blockquote>"
    )


def test_what_is_short_urgent_or_easy_is_not_folded() -> None:
    title = "Pain &amp; mine ?"
    few = "Quelques lignes de plus."
    brief = escape(BRIEF, quote=False)
    assert opened(f"{BRIEF} {few}") == f"{title}\n\n<b>{brief}</b>\n\n{few}"
    assert opened(BRIEF) == f"{title}\n\n<b>{brief}</b>"
    whole = f"{BRIEF}\n\n{LONG}"
    shown = f"<b>{title}</b>\n\n{brief}\n\n{LONG}".strip()
    assert opened(whole, easy=True) == shown
    assert opened(whole, calls=("112",)) == shown
    assert opened(whole, brief=None) == shown


def test_the_source_is_folded_and_whom_to_ask_is_not() -> None:
    html = opened(LONG, sources=REPLY.sources, contact=REPLY.contact)
    inside, after = html.split("</blockquote>")
    assert "Journal &lt;officiel&gt;" in inside
    assert after.startswith("\n\nContact")
    # A few lines and their source are seen at once.
    assert "blockquote" not in opened("Une ligne.", sources=REPLY.sources)


def test_where_a_commune_stands_is_never_folded(assistant: Assistant) -> None:
    for place in ("Lens", "Lille"):
        asked = f"Mon loyer va-t-il augmenter après les travaux, à {place} ?"
        reply = assistant.reply(Question(asked))
        assert reply.entry
        assert reply.commune
        html = render(reply, TEXTS)
        assert commune_status(reply.commune) in plain(html.split("</blockquote>")[1])


def test_a_fold_that_does_not_fit_goes_on_in_the_next_message() -> None:
    html = opened(f"{BRIEF} {LONG * 20}", contact=REPLY.contact)
    first, left = page(html)
    assert list(text_complaints(first, "HTML")) == []
    assert first.endswith("signes. […]</blockquote>")
    rest, none_left = page(html, left)
    assert list(text_complaints(rest, "HTML")) == []
    assert "blockquote" not in rest
    assert none_left == 0
    told = plain(first).replace(" […]", " ") + plain(rest).replace("[…] ", "")
    assert told.count("Une explication de trente signes.") == 200


def test_whom_to_call_is_bold_in_the_first_paragraph() -> None:
    urgent = Reply(
        Outcome.ANSWER,
        "Appelez le 18, le 112 ou le 0\u00a0800\u00a047\u00a033\u00a033. "
        "En 2018, 118 & 18\u00a0000 [appels au 18](https://exemple.fr/18/112)."
        "\n\nLe 18 est gratuit.",
        Conversation(),
        calls=("18", "112", "0\u00a0800\u00a047\u00a033\u00a033"),
    )
    assert render(urgent, TEXTS) == (
        "Appelez le <b>18</b>, le <b>112</b> ou le <b>0\u00a0800\u00a047\u00a033\u00a033</b>. "
        "En 2018, 118 &amp; 18\u00a0000 "
        '<a href="https://exemple.fr/18/112">appels au 18</a>.\n\nLe 18 est gratuit.'
    )
    assert "<b>" not in render(replace(urgent, calls=()), TEXTS)


def test_what_is_said_after_the_answer_may_come_in_the_next_message() -> None:
    text = "Une phrase de trente signes ici. " * 119
    first, left = page(render(replace(REPLY, text=text), TEXTS))
    rest, none_left = page(render(replace(REPLY, text=text), TEXTS), left)
    assert size(first) <= MESSAGE_LENGTH
    assert text.strip() in first
    assert first.endswith(">Voir le site</a> […]")
    assert rest.startswith("[…] Sources\u00a0:\n")
    assert rest.endswith("page lue en novembre 2026")
    assert none_left == 0


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("Une phrase de trente signes ici. " * 200, "ici. […]"),
        ("Des mots sans fin " * 300, " […]"),
        ("x" * 9000, "x […]"),
        ("😀" * 5000, "😀 […]"),
        ("- [élément](https://exemple.fr/page) et la suite.\n" * 200, "et la suite. […]"),
    ],
)
def test_a_text_too_long_is_cut_at_a_sentence(text: str, end: str) -> None:
    long, left = page(render(replace(REPLY, text=text), TEXTS))
    assert list(text_complaints(long, "HTML")) == []
    assert long.endswith(end)
    assert left > 0


def test_buttons_in_rows() -> None:
    assert rows(REPLY) == [
        ["easy:pain"],
        ["vote:pain:1", "vote:pain:0"],
        ["entry:une"],
        ["themes", "commune"],
        ["contact"],
    ]
    assert rows(replace(REPLY, easy_text=None))[0] == ["vote:pain:1", "vote:pain:0"]
    assert rows(replace(REPLY, entry=None))[0] == ["entry:une"]


def test_the_way_back_is_the_first_of_the_general_ways() -> None:
    assert rows(replace(REPLY, back=Action("Retour", Ask(Kind.THEME, "x"))))[3:] == [
        ["theme:x", "themes"],
        ["commune", "contact"],
    ]
    # It takes the place of the same way under another label.
    back = replace(REPLY, back=Action("Retour", Ask(Kind.COMMUNE)))
    assert rows(back)[3:] == [["commune", "themes"], ["contact"]]


def test_the_vote_chosen_is_marked_alone() -> None:
    markup = keyboard(REPLY, TEXTS, "galibot_bot")
    assert markup
    for vote, labels in (
        (Vote("pain", True), ["👍 Utile ✓", "👎 Pas utile"]),
        (Vote("pain", False), ["👍 Utile", "👎 Pas utile ✓"]),
    ):
        markup = with_vote(markup, vote, TEXTS.telegram)
        assert [button.text for button in markup.inline_keyboard[1]] == labels
        assert with_vote(markup, vote, TEXTS.telegram) == markup
    others = [row for row in markup.inline_keyboard if row != markup.inline_keyboard[1]]
    unmarked = keyboard(REPLY, TEXTS, "galibot_bot")
    assert unmarked
    assert others == [row for row in unmarked.inline_keyboard if row[0].text[0] != "👍"]


def test_an_answer_is_shared_by_a_link_to_it() -> None:
    markup = keyboard(REPLY, TEXTS, "galibot_bot")
    assert markup
    simpler, share = markup.inline_keyboard[0]
    assert simpler.callback_data == "easy:pain"
    assert share.url == (
        "https://t.me/share/url?url=https%3A%2F%2Ft.me%2Fgalibot_bot%3Fstart%3Dq-pain_s-partage"
        "&text=Pain%20%26%20mine%20%3F"
    )
    refusal = keyboard(replace(REPLY, outcome=Outcome.NO_MATCH, entry=None), TEXTS, "galibot_bot")
    assert refusal
    assert [button.callback_data for button in refusal.inline_keyboard[0]] == [
        "vote:-:1",
        "vote:-:0",
    ]


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("Court ?", "Court ?"),
        ("x" * 60, "x" * 60),
        ("x" * 61, f"{'x' * 59}…"),
        (
            "Combien de logements miniers ont été rénovés dans ma commune, en tout ?",
            "Combien de logements miniers ont été rénovés dans ma…",
        ),
        ("mot, " * 13, f"{'mot, ' * 11}mot…"),
    ],
)
def test_labels_are_cut_at_a_word(label: str, shown: str) -> None:
    assert cut(label) == shown
    assert len(shown) <= LABEL_LENGTH


def test_votes_are_read_as_written() -> None:
    for vote in (Vote("qui-s-engage", True), Vote("a" * 32, False), Vote(REFUSAL, True)):
        assert Vote.of(Ask.parse(str(vote))) == vote
        assert len(str(vote).encode()) <= 64
    for data in ("vote:a:2", "vote:A:1", "vote::1", f"vote:{'a' * 33}:1", "vote:a:1\n", "entry:a"):
        assert Vote.of(Ask.parse(data)) is None
