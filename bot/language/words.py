"""From a French sentence, however typed, to comparable words.

The same functions run on the knowledge base and on questions, so that both sides always agree.
"""

import re
import unicodedata
from functools import lru_cache
from types import MappingProxyType

from Stemmer import Stemmer

_LIGATURES = (("œ", "oe"), ("æ", "ae"), ("’", "'"), ("ʼ", "'"), ("`", "'"), ("´", "'"))
#: The accents of French and its neighbours, once they are apart from their letters.
_ACCENTS = re.compile("[\u0300-\u036f]+")
_FOREIGN = re.compile("[^\x00-\x7f\u0300-\u036f]")
_LETTERS = b"abcdefghijklmnopqrstuvwxyz0123456789"
#: What stands for each byte: itself, or a space.
_APART = bytes(one if one in _LETTERS else 32 for one in range(256))
#: The space comes first: it is quick to look for.
_SPLIT_POSTCODE = re.compile(r" (?<=\b\d\d )(?=\d{3}\b)")

#: Articles, pronouns and clitics: they say nothing of the subject. Question words (qui, quand,
#: combien) and negation (pas, sans) are kept, since « quand » and « combien » ask other things.
FUNCTION_WORDS = frozenset(
    """a ai as au aux avec ca ce ces cet cette d dans de des du elle elles en es est et eu eux il
    ils j je l la le les leur leurs lui m ma me mes moi mon n ne nos notre nous on or ou par
    pour qu que s sa se ses si soi son sont suis sur t ta te tes toi ton tu un une vos votre vous
    y etre ete avoir avez ont avons sera seront va vont vais bonjour bonsoir merci svp stp
    madame monsieur alors donc euh ben bah voila hein quoi moi""".split()  # noqa: SIM905
)

#: SMS and phonetic spellings seen in residents' messages, word for words.
SMS = MappingProxyType(
    {
        "bjr": "bonjour", "bsr": "bonsoir", "slt": "salut", "cb": "combien", "cmb": "combien",
        "cbien": "combien", "cmt": "comment", "coment": "comment", "comen": "comment",
        "koi": "quoi", "kwa": "quoi", "ki": "qui", "ke": "que", "kel": "quel", "kels": "quels",
        "kelle": "quelle", "kan": "quand", "kand": "quand", "qd": "quand", "qand": "quand",
        "pk": "pourquoi", "pq": "pourquoi", "pkoi": "pourquoi", "pourkoi": "pourquoi",
        "pcq": "parce que", "pck": "parce que", "ds": "dans", "pr": "pour", "ac": "avec",
        "tt": "tout", "tlm": "tout le monde", "mtn": "maintenant", "auj": "aujourd hui",
        "tjs": "toujours", "tjr": "toujours", "bcp": "beaucoup", "qqn": "quelqu un",
        "kelkun": "quelqu un", "qqch": "quelque chose", "qqchose": "quelque chose",
        "kelke": "quelque", "nb": "nombre", "nbre": "nombre", "tel": "telephone",
        "num": "numero", "asap": "vite", "taf": "travail", "boulot": "travail",
        "jai": "j ai", "jsui": "je suis", "jsuis": "je suis", "jveux": "je veux",
        "jpeux": "je peux", "jhabite": "j habite", "jabite": "j habite", "jcherche": "je cherche",
        "jvais": "je vais", "ya": "il y a", "yen": "il y en", "kils": "qu ils", "kil": "qu il",
        "esque": "est ce que", "eske": "est ce que", "esk": "est ce que", "cest": "c est",
        "es": "est", "sui": "suis", "dan": "dans", "keske": "qu est ce que",
        "kesk": "qu est ce que", "koman": "comment", "komen": "comment", "sa": "ca",
        "jss": "je suis", "jui": "je suis", "chuis": "je suis", "chui": "je suis",
        "jdois": "je dois", "jdoi": "je dois", "jpeu": "je peux", "jveu": "je veux",
        "jve": "je veux", "jvoudrai": "je voudrais", "jvoudrais": "je voudrais",
        "jfais": "je fais", "jsais": "je sais", "jsai": "je sais", "jcrois": "je crois",
        "jpp": "j en peux plus", "jms": "jamais", "tjrs": "toujours", "ajd": "aujourd hui",
        "ojd": "aujourd hui", "vs": "vous", "vou": "vous", "ns": "nous", "nou": "nous",
        "pa": "pas", "dc": "donc", "tps": "temps", "pdt": "pendant", "pb": "probleme",
        "jme": "je me", "jte": "je te", "jle": "je le", "jla": "je la", "fe": "fait",
        "fai": "fait", "dsl": "desole", "mm": "meme", "tro": "trop", "fo": "faut", "fau": "faut",
        "fodra": "faudra", "kelk1": "quelqu un", "qq1": "quelqu un", "ossi": "aussi",
        "osi": "aussi", "kom": "comme", "lgt": "logement", "vrmt": "vraiment",
    }
)  # fmt: skip

#: Politeness and hesitation around a question, as folded words.
_WRAPPING = (
    "bonjour", "bonsoir", "salut", "coucou", "hello", "bjr", "bsr", "slt", "svp", "stp",
    "s il vous plait", "s il te plait", "sil vous plait", "merci", "merci d avance",
    "merci beaucoup", "merci bien", "par avance", "cordialement", "bonne journee",
    "bonne soiree", "madame", "monsieur", "madame monsieur", "excusez moi",
    "je voudrais savoir", "je voulais savoir", "j aimerais savoir", "j aurais voulu savoir",
    "jveux savoir", "je veux savoir", "je souhaite savoir", "je souhaiterais savoir",
    "pouvez vous me dire", "pourriez vous me dire", "vous pouvez me dire", "peux tu me dire",
    "tu peux me dire", "dites moi", "dis moi", "dite moi", "euh", "heu", "hum", "ben", "bah",
    "hein", "voila", "bon ben", "en fait", "du coup",
)  # fmt: skip
#: The same by first word, longest first.
_WRAPPING_FROM: dict[str, list[list[str]]] = {}
for _phrase in sorted((phrase.split() for phrase in _WRAPPING), key=len, reverse=True):
    _WRAPPING_FROM.setdefault(_phrase[0], []).append(_phrase)

# Threads may share it: a call holds the interpreter, and nothing is remembered between two.
_french = Stemmer("french", 0)
_FEMININE = re.compile(r"ees?$")


def fold(text: str) -> str:
    """Lower case, without accents, ligatures undone: « Œuvre d’Été » → "oeuvre d'ete"."""
    lowered = text.lower()
    for sign, letters in _LIGATURES:
        lowered = lowered.replace(sign, letters)
    if lowered.isascii():
        return lowered
    decomposed = unicodedata.normalize("NFKD", lowered)
    if _FOREIGN.search(decomposed) is None:
        return decomposed.encode("ascii", "ignore").decode()
    bare = _ACCENTS.sub("", decomposed)
    return "".join(char for char in bare if not unicodedata.combining(char))


@lru_cache(maxsize=256)  # one message is read for several ends
def normalise(text: str) -> str:
    """Folded words joined by one space: « L’été, c’est quoi ? » → "l ete c est quoi".

    Apostrophes and hyphens separate words; a postcode typed in two groups is put together.
    """
    words = fold(text).encode("ascii", "replace").translate(_APART).decode().split()
    return _SPLIT_POSTCODE.sub("", " ".join(words))


@lru_cache(maxsize=256)
def tokens(text: str) -> tuple[str, ...]:
    """Every word in order, SMS spellings written out: « c koi » → (c, quoi)."""
    return tuple(
        word for typed in normalise(text).split() for word in SMS.get(typed, typed).split()
    )


def without_wrapping(words: list[str]) -> list[str]:
    """The words without the politeness and hesitation around the question.

    A message that is nothing else is given back whole.
    """
    return _unwrapped(words) or words


def _unwrapped(words: list[str]) -> list[str]:
    kept: list[str] = []
    index = 0
    while index < len(words):
        for phrase in _WRAPPING_FROM.get(words[index], ()):
            if words[index : index + len(phrase)] == phrase:
                index += len(phrase)
                break
        else:
            kept.append(words[index])
            index += 1
    return kept


@lru_cache(maxsize=8_192)
def stem(word: str) -> str:
    """Snowball's French stem of a folded word, blind to the mute e that folding leaves behind.

    Snowball expects accents: « renovee » would keep its e where « rénovée » loses it.
    """
    if len(word) <= 3 or word.isdigit():
        return word
    return str(_french.stemWord(_FEMININE.sub("e", word))).removesuffix("e")


def stems(text: str) -> tuple[str, ...]:
    """Stems of the words that carry the subject, in order, repeats included."""
    return tuple(
        stem(word)
        for word in tokens(text)
        if word not in FUNCTION_WORDS and (len(word) > 1 or word.isdigit())
    )


#: Where a second question may begin: after a question mark, or « et » with a question word or
#: with what the question is about (« et mon loyer ? »).
_NEXT_QUESTION = re.compile(
    r"\?+\s*(?=\w)|[,;]?\s+(?:et|puis|et puis|et aussi)\s+(?=(?:"
    r"qui|quand|kan|combien|cmb|cb|comment|cmt|pourquoi|pk|ou|où|quel|quels|quelle|quelles|"
    r"est-ce|est ce|à qui|a qui|qu'est|c'est|y a|il y a|si|mon|ma|mes|dois|puis)\b)",
    re.IGNORECASE,
)


#: What announces a question, wherever it stands: « … moi je veux juste savoir combien de temps ».
_ANNOUNCED = re.compile(
    r"(?:moi )?(?:je |j['’ ]?)(?:ve[ux]+t?|voudrais?|voulais?|souhait(?:e|erais)|aimerais?)"
    r"(?: juste| bien| simplement| seulement| donc| surtout)? savoir\b"
    r"|(?:pouvez|pourriez|pouriez|peux|peut|pourrais)[- ](?:vous|tu) (?:donc )?me"
    r" (?:dire|indiquer|préciser)\b"
    r"|(?:vous|tu) (?:pouvez|pourriez|peux|pourrais) me (?:dire|indiquer|préciser)\b"
    r"|dites?[- ]moi\b|ma question (?:est|c['’]est|porte|concerne)\b",
    re.IGNORECASE,
)
#: Where a sentence of a letter ends.
_SENTENCE_END = re.compile(rf"(?<=[.!?;…])\s+|\n+|\s+(?={_ANNOUNCED.pattern})", re.IGNORECASE)


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text that say anything, in order; an announced question is one."""
    return tuple(one for part in _SENTENCE_END.split(text) if stems(one := part.strip()))


def is_asked(sentence: str) -> bool:
    """Whether the sentence asks: it ends so, or announces it."""
    return sentence.endswith("?") or is_announced(sentence)


def is_announced(sentence: str) -> bool:
    """Whether the sentence begins by announcing that it asks."""
    return _ANNOUNCED.match(sentence) is not None


def parts(text: str) -> tuple[str, ...]:
    """The questions of a message that asks several, at most three; empty when it asks one.

    « Merci d’avance » is none.
    """
    split = _NEXT_QUESTION.split(text)
    found = [part.strip() for part in split if stems(part) and _unwrapped(normalise(part).split())]
    return tuple(found[:3]) if len(found) > 1 else ()
