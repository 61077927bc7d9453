"""Greetings, thanks and the like: whole messages that ask nothing of the programme."""

from types import MappingProxyType

from bot.conversation import texts
from bot.language.words import tokens

#: Words that may stand around a greeting without making it a question.
_POLITE = frozenset(
    """a bien bonne bot cher chere galibot journee le la les monsieur madame messieurs mesdames
    mademoiselle soiree tous toutes tout monde vous toi tres beaucoup bcp pour votre aide
    reponse infos information et de nuit matin gentil c est sympa super""".split()  # noqa: SIM905
)
_REPLIES = MappingProxyType(
    {
        texts.GREETING: "bonjour bonsoir salut coucou hello hey bjr bsr slt cc yo",
        texts.THANKS: "merci mercii remerciements thanks thx parfait genial",
        texts.GOODBYE: "au revoir aurevoir bye ciao adieu bientot",
        texts.INSULT: (
            "con connard connasse conne debile idiot imbecile merde nul nulle pourri salaud "
            "salope andouille abruti cretin pute encule bordel gueule tg fdp"
        ),
    }
)
_WORDS = MappingProxyType(
    {word: reply for reply, words in _REPLIES.items() for word in words.split()}
)
_INSULTS = frozenset({"ferme la", "la ferme", "tais toi"})
INSULT_LENGTH = 6  # words; a longer message may have a question in it
_HOW_ARE_YOU = frozenset({"ca va", "comment ca va", "comment allez vous", "tu vas bien", "cv"})


def smalltalk(text: str) -> str | None:
    """The reply to a message that is nothing but smalltalk, else None.

    « Bonjour, combien… » is a question; « bonjour à tous » and « merci beaucoup » are not.
    An insult counts only in a short message.
    """
    words = tokens(text)
    if " ".join(words).removeprefix("bonjour ").removeprefix("salut ") in _HOW_ARE_YOU:
        return texts.HOW_ARE_YOU
    if " ".join(words) in _INSULTS:
        return texts.INSULT
    known = [_WORDS[word] for word in words if word in _WORDS]
    if not known:
        return None
    if texts.INSULT in known:
        return texts.INSULT if len(words) <= INSULT_LENGTH else None
    if all(word in _WORDS or word in _POLITE for word in words):
        return known[-1]
    return None
