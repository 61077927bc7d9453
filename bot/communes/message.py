"""What surrounds a name in a message, and whether it points to a place."""

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass
from enum import IntEnum

from bot.communes.spelling import ARTICLES, CONNECTORS, canonical, word_set
from bot.language.words import FUNCTION_WORDS, normalise, tokens

#: A longer message is cut: nobody names their town after that, and every search stays short.
MOST_WORDS = 150


class Cue(IntEnum):
    """How strongly the words before a name say that it is a place."""

    NONE = 0
    LOOSE = 1  # « de », « sur »: also found before anything else
    AT = 2  # « à »
    NEAR = 3  # « près de »: a place, not the resident's own
    HOME = 4  # « j’habite », « la commune de »


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch [start, stop) of a message that names communes, or a place elsewhere."""

    start: int
    stop: int
    codes: frozenset[str]
    cue: Cue
    official: bool = False
    fuzzy: bool = False
    cite: str | None = None
    estate: bool = False
    elsewhere: str | None = None

    @property
    def rank(self) -> int:
        """2: the resident's own place; 1: a place; 0: only what lies near it."""
        if self.cue is Cue.HOME:
            return 2
        return 0 if self.cue is Cue.NEAR else 1

    @property
    def span(self) -> range:
        return range(self.start, self.stop)


#: Words around a name that ask the one question of this search, or only greet.
GENERIC = FUNCTION_WORDS | word_set(
    """a est ce que si oui non pas ok ou quoi bon bonne bien sinon aussi dedans dehors inclus
    incluse compris comprise concerne concernee concernes concernees eligible eligibles retenu
    retenue beneficie beneficier selectionne selectionnee partie fait font programme perimetre
    dispositif plan projet liste zone erbm bud engagement renouveau bassin minier miniere
    commune communes ville villes village villages bourg mairie municipalite agglo secteur coin
    chez code postal codes postaux cp insee habite habitons habitez habitant habitante habitants
    vis vit vivons vivre reside demeure reste loge viens vient venons originaire suis es sommes
    etes sont c s quelque chose droit question savoir dire demande regarde cherche voir voudrais
    voudrait veux peut peux pouvez pourriez comment ici la departement nord dept france region
    salut coucoup coucou hello stp please ca va voila voici toujours actuellement maintenant peu
    plus tout touche touchee touches inscrit inscrite fera faire il y depuis information infos
    info renseignement renseignements statut situation qu en ma mon moi appartient moin moins
    quid nous on alors donc encore enfin juste exactement vraiment svp aidez aide"""
)
_HOME = word_set(
    """habite habites habitent habitons habitez habiter habitais habitant vis vit vivons vivent
    vivez vivre reside residons resident demeure demeurons loge logeons loges reste restons
    ville commune communes village bourg mairie maire municipalite habitant habitants habitante
    postal cp originaire natif native domicilie domiciliee installe installee emmenage demenage"""
)
_BE = word_set("suis es est sommes etes sont viens vient venons venez viennent serai etait etais")
_NEAR = word_set("pres cote cotes autour loin proche environs alentours entre voisin voisine")
_TOWARDS = word_set("direction vers")
_LINKS = word_set("a au aux en sur dans de d du bien toujours maintenant actuellement")
_STREET = word_set(
    """rue avenue av ave boulevard bd bld bvd place impasse allee allees route rte chaussee chemin
    sentier square quai faubourg rond cours ruelle passage autoroute"""
)
_NOT_A_PLACE = word_set("loi lois famille prenom appelle appelles nomme societe marque")
_HAVE = word_set("il elle on y qui ca ne n qu t ils elles j nous vous tu")
#: After one of these a word that is also a common noun is that noun: « la croix », « mon avion ».
_DETERMINERS = word_set(
    """le la les l un une des du de d au aux ce cet cette ces mon ma mes ton ta tes son sa ses notre
    nos votre vos leur leurs en par sans avec pas plus que quel quelle quels quelles
    monsieur madame mr mme m mlle docteur dr saint sainte maman papa mademoiselle bon bonne
    joyeux joyeuse"""
)
#: Regions that have, or had, mines or programmes of their own. Those that many families here came
#: from are left out: « mon grand-père, venu de Pologne » asks about here.
_REGIONS = frozenset(
    (region,)
    for region in word_set("""belgique wallonie allemagne angleterre lorraine moselle alsace
        bretagne normandie picardie bourgogne auvergne aquitaine provence""")
)
_TO_REGIONS = word_set("en de d la l")
_COMPOUND = re.compile(r"\w+(?:['’]\w+)?(?:[-‐‑–](?:\w+['’])?\w+)+")


@dataclass(frozen=True, slots=True)
class Message:
    """A message as words. `words` are typed (SMS spelt out), `canon` the same for place names.

    `compounds` are the [start, stop) of the groups that hyphens tie together: « Vitry-sur-Seine »
    is one name, whatever name it begins with.
    """

    words: tuple[str, ...]
    canon: tuple[str, ...]
    compounds: tuple[tuple[int, int], ...]

    @classmethod
    def read(cls, text: str) -> "Message":
        words = tokens(text)[:MOST_WORDS]
        return cls(words, tuple(map(canonical, words)), tuple(_compounds(text, words)))

    def cue(self, start: int) -> Cue:
        """The strongest cue that leads to the word at `start`."""
        at = start - 1
        linked: set[str] = set()
        while at >= 0 and self.words[at] in _LINKS:
            linked.add(self.words[at])
            at -= 1
        before = self.words[at] if at >= 0 else ""
        if before in _HOME or (before in _BE and linked & {"a", "de", "d", "sur", "du"}):
            return Cue.HOME
        if before == "cote" and at and self.words[at - 1] == "du":
            return Cue.AT
        if (before in _NEAR and linked & {"de", "d", "du"}) or before in _TOWARDS:
            return Cue.NEAR
        previous = self.words[start - 1] if start else ""
        if previous == "a" and before not in _HAVE:
            return Cue.AT
        if previous in {"a", "de", "d"} or (
            previous in {"sur", "pour"} and (before == "" or before in GENERIC)
        ):
            return Cue.LOOSE
        return Cue.NONE

    def refuses(self, start: int) -> bool:
        """Whether the words before `start` make it a street, a law, a person or another saint."""
        if start and self.canon[start - 1] in {"saint", "sainte"}:
            return True
        at = start - 1
        while at >= 0 and self.words[at] in {"de", "d", "du", "des", "la", "le", "l", "les"}:
            at -= 1
        if at < 0:
            return False
        return self.words[at] in _STREET or (at == start - 1 and self.words[at] in _NOT_A_PLACE)

    def determined(self, start: int) -> bool:
        """Whether the word before `start` makes a common noun of what follows."""
        negation = self.words[start] == "pas"
        return start > 0 and (negation or self.words[start - 1] in _DETERMINERS)

    def bare(self, *spans: Iterable[int]) -> bool:
        """Whether nothing but generic words and numbers stands outside the spans."""
        inside = {index for span in spans for index in span}
        return all(
            index in inside or word in GENERIC or word in _NEAR or word.isdigit()
            for index, word in enumerate(self.words)
        )

    def core(self, taken: Set[int]) -> tuple[int, int]:
        """The [start, stop) left when the generic words of both ends are put aside."""
        kept = [
            index
            for index, word in enumerate(self.words)
            if index not in taken and word not in GENERIC and not word.isdigit()
        ]
        return (kept[0], kept[-1] + 1) if kept else (0, 0)

    def cuts_compound(self, start: int, stop: int) -> bool:
        """Whether an end of [start, stop) falls inside a hyphenated group."""
        return any(a < start < b or a < stop < b for a, b in self.compounds)

    def may_be_name(self, start: int, stop: int) -> bool:
        """Whether a misspelt name may stand there, by the words at its ends and before it."""
        window = self.canon[start:stop]
        return not (
            window[-1] in CONNECTORS
            or (window[0] in CONNECTORS and window[0] not in {*ARTICLES, "saint", "sainte"})
            or any(word.isdigit() for word in window)
            or self.cuts_compound(start, stop)
            or self.refuses(start)
        )

    def is_place(self, start: int, stop: int, known: Iterable[int] = ()) -> bool:
        """Whether a name that is also everyday French is meant as a place here.

        `known` are the words already taken for places.
        """
        cue = self.cue(start)
        if cue in (Cue.HOME, Cue.NEAR):
            return True
        if cue is Cue.AT and self.words[start] not in ARTICLES:
            return True
        return self.bare(range(start, stop), known) and not self.determined(start)

    def expects_place(self, start: int, stop: int) -> bool:
        """Whether a place is expected here, region included: « dans la Somme », « de Lorraine »."""
        region = start > 0 and self.canon[start:stop] in _REGIONS
        if region and self.words[start - 1] in _TO_REGIONS:
            return True
        if start >= 2 and self.words[start - 2] == "dans" and self.words[start - 1] in ARTICLES:
            return True
        return self.is_place(start, stop)


def _compounds(text: str, words: tuple[str, ...]) -> Iterable[tuple[int, int]]:
    start = 0
    for group in _COMPOUND.findall(text):
        parts = tuple(normalise(group).split())
        for at in range(start, len(words) - len(parts) + 1):
            if words[at : at + len(parts)] == parts:
                yield at, at + len(parts)
                start = at + len(parts)
                break
