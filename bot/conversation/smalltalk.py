"""Greetings, thanks and the like: whole messages that ask nothing of the programme."""

from types import MappingProxyType

from bot.conversation import texts
from bot.language.words import tokens, without_wrapping

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
        texts.AGREED: "ok oki okay dac accord dacc compris entendu note okk",
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
INSULT_LENGTH = 6  # words; a longer message may have a question in it
_GREETING_WORDS = frozenset({*_REPLIES[texts.GREETING].split(), "euh", "oui", "svp", "stp"})
#: Whole messages, as folded words.
_WHOLE = MappingProxyType(
    {
        texts.INSULT: {"ferme la", "la ferme", "tais toi"},
        texts.HOW_ARE_YOU: {
            "ca va", "comment ca va", "comment allez vous", "tu vas bien", "cv", "ca va ti",
            "cha va ti", "cha va", "vous allez bien",
        },
        texts.LISTENING: {
            "j ai une question", "j ai une autre question", "une question", "question", "allo",
            "j ai une petite question", "j aurais une question", "je voudrais savoir",
            "je voulais savoir", "je veux savoir", "j aimerais savoir", "j aurais voulu savoir",
            "je voudrais savoir quelque chose", "je voulais savoir quelque chose",
            "je peux poser une question", "je peux vous poser une question",
            "puis je vous poser une question", "je peux te poser une question",
            "j ai besoin d un renseignement", "un renseignement", "je voudrais un renseignement",
            "je voulais vous demander", "je voudrais vous demander quelque chose",
            "est ce que je peux poser une question", "dites moi", "c est pour une question",
            "c est pour un renseignement", "je cherche une information",
            "je cherche un renseignement", "vous pouvez me renseigner",
            "pouvez vous me renseigner", "j ai besoin d une information", "j ai besoin d aide",
            "vous pouvez m aider", "pouvez vous m aider", "aidez moi svp", "une info",
        },
        texts.AGREED: {
            "d accord", "c est bon", "ca marche", "entendu", "tres bien", "je vois", "bien recu",
            "ah d accord", "ok d accord", "oui d accord", "ah ok", "ah bon", "c est note",
            "c est compris", "j ai compris", "ok c est bon", "ok ca marche",
        },
        texts.WHICH_ONE: {
            "oui", "non", "si", "1", "2", "3", "un", "deux", "trois", "1er", "2eme", "3eme",
            *(
                f"{article} {place}"
                for article in ("le", "la")
                for place in (
                    "premier", "premiere", "deuxieme", "second", "seconde", "troisieme", "dernier",
                    "derniere", "1", "2", "3", "1er", "1ere", "2eme", "3eme",
                )
            ),
            "premier", "premiere", "deuxieme", "second", "seconde", "troisieme", "derniere",
            "celui la", "celle la", "celle ci", "celui ci", "l autre", "les deux",
        },
        texts.WELCOME: {
            "retour", "menu", "accueil", "start", "recommencer", "recommence", "retour au debut",
            "revenir", "retour menu", "le menu", "retour accueil", "revenir au debut",
            "retour en arriere", "debut",
        },
    }
)  # fmt: skip


def smalltalk(text: str) -> str | None:
    """The reply to a message that is nothing but smalltalk, else None.

    « Bonjour, combien… » is a question; « bonjour à tous » and « merci beaucoup » are not.
    An insult counts only in a short message.
    """
    words = tokens(text)
    said = {" ".join(words), " ".join(without_wrapping(list(words)))}
    said.add(" ".join(word for word in words if word not in _GREETING_WORDS))
    for reply, messages in _WHOLE.items():
        if not said.isdisjoint(messages):
            return reply
    known = [_WORDS[word] for word in words if word in _WORDS]
    if not known:
        return None
    if texts.INSULT in known:
        return texts.INSULT if len(words) <= INSULT_LENGTH else None
    if all(word in _WORDS or word in _POLITE for word in words):
        return known[-1]
    return None
