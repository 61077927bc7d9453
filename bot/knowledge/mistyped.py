"""What an editor mistyped, found on the lines themselves: YAML tells its consequences, far off.

A mistake is a line counted from 1, a code, and what is quoted of it. The rows of each table are
tried in order, the surest first.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import yaml

Mistake = tuple[int, str, str]

_QUOTES = 'Entourez tout le texte de guillemets droits : "…".'
_SPACES = (
    "Cherchez plus haut une ligne qui joue le même rôle (une autre « - id: », un autre titre de "
    "rubrique) et mettez exactement autant d’espaces devant, parfois aucune."
)
#: Code of a mistake: what is said of it, and the remedy.
SAID = {
    "alignement": ("Cette ligne commence trop à gauche ou trop à droite.", _SPACES),
    "autre-signe": ("« {} » n’est pas le signe du clavier.",
                    "Tapez un tiret « - » ou un deux-points « : » ordinaire, et une espace."),
    "bloc-absent": ("Ce texte de plusieurs lignes n’est pas annoncé par « | ».",
                    "Écrivez « | » seul après le deux-points, et tout le texte dessous, décalé."),
    "bloc-cle": ("« {}: » est décalé comme le texte au-dessus, et en fait donc partie.",
                 _SPACES),
    "bloc-decale": ("Cette ligne commence plus à gauche ou plus à droite que son texte.",
                    "Mettez autant d’espaces devant elle que devant le reste du texte."),
    "bloc-suivi": ("Rien ne doit être écrit après « {} » sur la même ligne.",
                   "Passez à la ligne, ou mettez le texte entre guillemets droits."),
    "caractere": ("Un caractère qui ne se voit pas, ou ne se lit pas, est sur cette ligne ({}).",
                  "Effacez la ligne, et retapez-la à la main."),
    "cles-collees": ("Deux clés sont sur cette ligne : « {}: » doit commencer la sienne.",
                     "Passez à la ligne avant elle, et décalez-la comme le début de celle-ci."),
    "cle-double": ("La clé « {} » est déjà écrite ligne {}.",
                   "Gardez-en une seule : sinon la première serait perdue. Si une autre partie "
                   "commence ici, remettez sa première ligne au-dessus."),
    "colle": ("Une espace ordinaire manque après le tiret ou le deux-points de « {} ».",
              "Tapez-la à la main."),
    "coupure": ("La ligne « {} » coupe le fichier.", "Effacez-la, ou commencez-la par #."),
    "crochet": ("Un crochet [ ou une accolade {{ n’est pas refermé, ou se referme trop tôt.",
                "Vérifiez [ ] et {{ }}. Un texte qui en contient se met entre guillemets."),
    "de-trop": ("« {} » est de trop au début de la ligne.",
                "Effacez-le, et gardez les espaces qui le suivent."),
    "demesure": ("Cette ligne a plus de {}.", "Remettez une copie du fichier, ou coupez la ligne."),
    "deux-points": ("Un deux-points suivi d’une espace se trouve dans un texte.", _QUOTES),
    "deux-points-absent": ("Il manque un deux-points ici, ou cette ligne n’est pas à sa place.",
                           "Écrivez « clé: valeur », avec une espace après le deux-points. Si "
                           "c’est une note, commencez la ligne par #."),
    "diese": ("Le texte est perdu à partir de « {} ».", _QUOTES),
    "fichier-vide": ("Ce fichier est vide.", "Remettez son texte, ou effacez le fichier."),
    "forme": ("Ce fichier n’est pas fait de lignes « clé: valeur » : {}.",
              "Comparez son début avec un fichier qui marche."),
    "fusion": ("Deux versions du fichier n’ont pas été réunies (« {} »).",
               "Gardez la bonne ; effacez l’autre et les lignes <<<<<<<, =======, >>>>>>>."),
    "guillemet-autre": ("« {} » n’est pas le guillemet droit, et ne protège pas un deux-points.",
                        _QUOTES),
    "guillemet-interieur": ("Un guillemet manque, ou est au milieu du texte.",
                            f"{_QUOTES} À l’intérieur, mettez « »."),
    "guillemet-ouvert": ("Un guillemet ouvert ici n’est pas refermé.",
                         "Ajoutez le guillemet qui manque à la fin du texte."),
    "guillemet-seul": ("Le guillemet du début manque : celui de la fin sera affiché.",
                       "Ajoutez-le, ou effacez l’autre."),
    "insecable": ("Une espace insécable est au début de la ligne ou contre la clé.",
                  "Retapez le début de la ligne à la main, avec des espaces ordinaires."),
    "piege": ("« {} » peut être lu comme {} au lieu d’un texte.", 'Mettez des guillemets : "{0}".'),
    "place": ("« {} » se trouve à l’intérieur de l’entrée « {} », où il n’a pas sa place.",
              "Retirez toutes les espaces devant : cette ligne commence tout à gauche."),
    "raccourci": ("« << » reprend des lignes d’ailleurs : ce raccourci n’est pas accepté.",
                  "Effacez « <<: » et les accolades, et écrivez chaque « clé: valeur » ici."),
    "signe": ("Un texte ne commence pas par l’un des signes & * ! @ ` % ?.", _QUOTES),
    "tabulation": ("Une tabulation se trouve au début de la ligne.",
                   "Remplacez-la par des espaces."),
    "tiret-absent": ("Un tiret manque au début de cette ligne.",
                     "Écrivez un tiret et une espace devant le texte, sous les autres tirets."),
    "tirets": ("« {} » n’est ni un tiret ni une note.",
               "Un élément de liste commence par un seul tiret et une espace ; une note, par #."),
    "tiret-de-trop": ("Un tiret est devant cette ligne, qui n’est pas un élément de liste.",
                      "Effacez-le, avec l’espace qui le suit."),
    "tiret-vide": ("Rien ne suit ce tiret : la ligne est vide.", "Complétez-la, ou effacez-la."),
    "vide": ("« {} » est vide.", "Écrivez un texte après « {0}: », ou effacez {1}."),
    "virgule": ("La virgule coupe ce texte : « {} » en est séparé.", _QUOTES),
    "virgules": ("Rien n’est écrit entre deux virgules.", "Effacez l’une des deux."),
    "yaml": ("Cette ligne n’est pas écrite correctement.", "Comparez-la avec celles du dessus."),
}  # fmt: skip

#: Spaces that YAML takes for letters: no-break, narrow, figure, ideographic…
_ODD_SPACES = "\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
#: Controls, soft hyphens, what has no width or turns the text round, line ends that editors do
#: not show, lost letters.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\uffff\ud800-\udfff]"
)
_JOINERS = "\u200c\u200d"  # parts of emoji, and odd after a letter
_LINE_ENDS = "\x0b\x0c\x85\u2028\u2029"
#: What stops the reading wherever it stands; no text comes as far left as the margin.
_STOPS = (
    (r"\A\s*\Z", "fichier-vide", ""),
    # Nobody writes such a line, and what reads the texts afterwards is not made for one.
    (r"^.{1000000}.", "demesure", "un million de caractères"),
    (r"\A\s*<[!?\w]", "forme", "c’est du HTML ou du XML"),
    (r"\A(?:\{\\rtf|%PDF)", "forme", "il vient d’un traitement de texte"),
    (r"^```", "forme", "une ligne commence par ```"),
    (r"^(?:<{7}|={7}|>{7}|\|{7})(?= |$)", "fusion", ""),
    (r"^(?:---|\.\.\.)(?=\s)|^([-=*_~])\1{2,}[ \t]*$|^%.*", "coupure", ""),
)
#: What a file is that has no « clé: valeur », by its beginning.
_FORMATS = (
    (r"\s*(?:\[|\{\s*(?:[\"{}]|$))", "c’est du JSON"),
    (r"\s*(?![#-])[^:\n]*([;,\t])[^:\n]*\1", "il vient d’un tableur"),
)
#: What is right at the beginning of no line, unless within a text.
_LINES = (
    (r" *(?:- *)*\t\s*\S()", "tabulation"),
    (rf"[ \t]*[{_ODD_SPACES}]()", "insecable"),
    (r" *([–—−‒•‣▪◦·]|\*(?= ))", "autre-signe"),
    (r" *(-[^ \t-]\S*)", "colle"),
    (r" *(-{2,})(?= *[^\s-])| +(-{2,}) *$", "tirets"),
    (r" *(?:- +)?\w+\s?([：﹕])", "autre-signe"),
    (r" *(?:- +)?([a-z_]+:(?![ /]|$)\S*)", "colle"),
    (r"([^\W\d_]{1,2}) {2,}(?:- +)?[a-z_]+:(?: |$)", "de-trop"),
)
#: What the line holds where libyaml says that it could not do something.
_REFUSED = (
    ("unknown escape|hexadecimal", "()", "guillemet-interieur"),
    ("quoted scalar", "()", "guillemet-ouvert"),
    ("node content", r".*,\s*,()", "virgules"),
    ("block scalar", r".*?[:-] +([|>])", "bloc-suivi"),
    ("alias|anchor|tag|cannot start any token|node content", "()", "signe"),
    ("values are not", r" *(?:- +)*(?:\w+: +)?([“”„«»‘’])", "guillemet-autre"),
    ("did not find", r" *(?:- +)*(?:\w+: +)?[\[{].*[\]}] *[^\s#]()", "crochet"),
    ("flow ", "()", "crochet"),
    ("values are not", "()", "deux-points"),
    ("did not find", "()", "alignement"),
    ("", "()", "yaml"),
)
#: Keys of a list, in any file.
LISTED = frozenset(
    """appuis avec_un_contact calmes entrees essais exemples guichets hors_sujet jamais messages
    motifs parmi sauf sources synonymes themes variantes voir_aussi voir_ensuite""".split()  # noqa: SIM905
)
#: A line that is one word, one that begins a part under a name, a text and a key that follows it.
_DASHED = r"- +[\w-]+ ?:(?: |$)"
_WORD, _NAMED = re.compile(r" *[\w-]+ *$"), re.compile(r" *([\w-]+) ?:(?= |$)")
_TWO_KEYS = re.compile(r""" *(?:- +)*[a-z_]+: +[^"'\[{|>\s].*? ([a-z_]+): """)
#: A key, with its colon or what would follow it; a word of French has a space before its colon.
_KEY = re.compile(r" *(?:- +)*([a-z_]+)(:(?= |$)| *[|>=]?-? *$)?")
_QUOTED = re.compile(
    r"""(?:^|(?<=[\[{,:-]))\s*(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*[^\s,\]}:#]"""
)


def settled(text: str) -> tuple[str, dict[str, int]]:
    """The text without the characters that nobody sees, and the first line of each of them."""
    found: dict[str, int] = {}

    def cleared(match: re.Match[str]) -> str:
        char, before = match[0], text[max(match.start() - 1, 0) : match.start()]
        if char in _JOINERS and not before.isalnum():
            return char
        found.setdefault(char, _line(text, match))
        return " " if char in _LINE_ENDS else char if char == "\ufffd" else ""

    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    text = _INVISIBLE.sub(cleared, text)
    # A line of dashes before all else is usual elsewhere.
    return re.sub(r"\A((?:\s*#.*\n)*\s*?)---[ \t]*\n", r"\1\n", text), found


def _line(text: str, match: re.Match[str]) -> int:
    return text.count("\n", 0, match.start()) + 1


def stops(text: str) -> Iterator[Mistake]:
    """What makes the whole file unreadable at sight."""
    for pattern, code, quoted in _STOPS:
        if match := re.search(pattern, text, re.MULTILINE):
            yield _line(text, match), code, quoted or match[0].strip()


def formats(text: str) -> list[Mistake]:
    """What the file may be, by its beginning, if it is no « clé: valeur »; the surest first."""
    return [(1, "forme", what) for pattern, what in _FORMATS if re.match(pattern, text)]


def in_lines(lines: Sequence[str], first: int, last: int) -> Iterator[Mistake]:
    """The lines from `first` to `last`, counted from 0, that begin as none should."""
    for number in range(first, last + 1):
        for pattern, code in _LINES:
            if match := re.match(pattern, lines[number]):
                yield number + 1, code, match[1] or match[match.lastindex or 0]


def head(lines: Sequence[str], at: int) -> int:
    """The line above those of a list, counted from 0; the line itself if it is of none."""
    while at > 0 and re.match(r" *(?:- |-?$|#)", lines[at]):
        at -= 1
    return at


def _in_lists(
    said: str, lines: Sequence[str], at: int, begun: int, listed: Collection[str]
) -> Iterator[Mistake]:
    """A list whose key has no colon, or a text that has no dash; `listed` are keys of lists."""
    above = next((n for n in range(begun - 1, -1, -1) if lines[n].strip()), begun)
    below = next((n for n in range(begun + 1, len(lines)) if lines[n].strip()), begun)
    if "values are not" in said:
        dashed = lines[at].lstrip().startswith("- ")
        first = head(lines, at if dashed else max(at - 1, 0))
        key = _NAMED.match(lines[max(first - 1, 0)])
        if _WORD.match(lines[first]):
            yield first + 1, "deux-points-absent", ""
        elif key and key.end() == len(lines[first - 1].rstrip()) and key[1] in listed:
            yield first + 1, "tiret-absent", ""
    if "simple key" in said and re.match(r" *- (?!\w+:(?: |$))", lines[above]):
        here, dash = (len(one) - len(one.lstrip(" ")) for one in (lines[begun], lines[above]))
        if here in (dash, dash + 2) and not (
            here == dash and lines[below].startswith(f"{' ' * (here + 1)}")
        ):
            yield begun + 1, "tiret-absent", ""


def _followed(lines: Sequence[str], at: int, listed: Collection[str]) -> str | None:
    """« name: » of a list, or of a part at the margin as most others are, if a text follows it."""
    named = filter(None, (_NAMED.match(line) for line in lines if line[:1].strip("- #")))
    texts = [one.string[one.end() :].strip()[:1].strip("[{") for one in named]
    match = re.match(r" *([\w-]+) ?: +(?![\[{|>])", lines[at])
    part = bool(lines[at][:1].strip()) and texts.count("") > (len(texts) - 1) / 2
    part &= not any(match and re.match(f" +{match[1]}:", one) for one in lines)
    shape = r" +- " if match and match[1] in listed else r" +[a-z_]+: .*\n +[a-z_]+: "
    held = re.match(shape, "\n".join(lines[at + 1 : at + 3]))
    return f"{match[1]}:" if match and held and (part or match[1] in listed) else None


def _outdented(lines: Sequence[str], at: int) -> Iterator[Mistake]:
    """A named part that stands further left than those before and after it."""

    def column(number: int) -> int:
        return len(lines[number]) - len(lines[number].lstrip(" "))

    rows = [n for n in range(at - 1, -1, -1) if lines[n].strip() and lines[n].lstrip()[0] != "#"]
    odd = next((n for n in rows if column(n) < column(at)), None)
    if odd is None or not _NAMED.match(lines[at]):
        return
    before = next((n for n in rows if n < odd and column(n) <= column(at)), at)
    named = _NAMED.match(lines[odd])
    if named and named.end() == len(lines[odd].rstrip()) and odd == rows[0]:
        return  # a part, and the first of what it holds
    same = column(before) == column(at) and before != at
    if (
        named
        and same
        and named[1] not in LISTED
        and not re.match(r" *[\[{]", named.string[named.end() :])
    ):
        yield odd + 1, "alignement", ""


def causes(
    error: yaml.MarkedYAMLError,
    lines: Sequence[str],
    last: Any,
    keys: Collection[str],
    listed: Collection[str] = LISTED,
) -> Iterator[Mistake]:
    """Why libyaml refuses the text, after the scalar `last` and the keys read so far.

    It tells where it could not go on (`at`), and for some refusals where began what it could not
    end (`begun`). The cause stands between what it had read (`read`) and that line.
    """
    said = f"{error.context or ''} {error.problem or ''}"
    mark = error.problem_mark or error.context_mark or last.end_mark
    at, begun = min(mark.line, len(lines) - 2), (error.context_mark or mark).line
    start, read, style = last.start_mark.line, last.end_mark.line, getattr(last, "style", None)
    text = begun if "simple key" in said else at

    def is_key(number: int) -> bool:
        match = _KEY.match(lines[number])
        return match is not None and (match[1] in keys or bool(match[2]))

    def column(number: int, skipped: str = " -") -> int:
        return len(lines[number]) - len(lines[number].lstrip(skipped))

    def unusual(number: int) -> bool:
        """Whether this key is elsewhere than most of those of the same name."""
        if not is_key(number):
            return False
        key = lines[number].lstrip(" -").partition(":")[0]
        same = (n for n, line in enumerate(lines) if line.lstrip(" -").startswith(f"{key}:"))
        columns = Counter(column(n) for n in same if n != number)
        return bool(columns) and column(number) != columns.most_common(1)[0][0]

    if style == "" and start < at and (name := _followed(lines, start, listed)):
        yield start + 1, "bloc-suivi", name
    if style in ("'", '"') and start < read == at:  # to the next quote, somewhere below
        yield start + 1, "guillemet-ouvert", ""
    cut = range(read, min(read + 1, at)) if style == "" else ()
    for number in range(begun, at + 1) if "flow" in said else cut:
        if match := re.search(r"\s(#.*)", re.sub('"[^"]*"', '""', lines[number])):
            yield number + 1, "diese", match[1]
    yield from in_lines(lines, read if style else start, text)
    two = _TWO_KEYS.match(lines[at]) if "values are not" in said else None
    if two and any(re.match(rf" +(?:- +)?{two[1]}: ", one) for one in lines):
        yield at + 1, "cles-collees", two[1]
    yield from _in_lists(said, lines, at, text, listed)
    if style in ("|", ">"):
        filled = [n for n in range(start + 1, at + 1) if lines[n].strip()]
        left = next((n for n in filled if n >= read), at)
        below = next((n for n in range(left + 1, len(lines)) if lines[n].strip()), left)
        if _WORD.match(lines[left]) and is_key(below) and column(left) < column(below):
            yield left + 1, "deux-points-absent", ""
        if not last.value and not is_key(text) and lines[text].strip():
            yield text + 1, "bloc-decale", ""
        if column(left, " ") < column(filled[0], " ") and not is_key(left):
            yield left + 1, "bloc-decale", ""
    if (match := _QUOTED.search(lines[at])) and match.start() <= mark.column:
        yield at + 1, "guillemet-interieur", ""
    # A key that should announce the text below it, and does not.
    key = next((n for n in range(text - 1, -1, -1) if is_key(n)), text)
    below = next((n for n in range(key + 1, text) if lines[n].strip()), text)
    announced = re.search(r""": *[|>"'\[{]""", lines[key]) or lines[below].lstrip().startswith("- ")
    if column(key) < min(column(below), column(text)) and not announced and not is_key(text):
        yield key + 1, "bloc-absent", ""
    if "simple key" in said:
        yield begun + 1, "deux-points-absent", ""
    if style == "" and start < at and re.match(r"\w[^:\[{]* [^:\[{]*$", lines[start]):
        yield start + 1, "deux-points-absent", ""  # a note, most often
    if style == "" and start < at and re.match(r" *\w+['’ ][^:]* :( |$)", lines[start]):
        yield start + 1, "bloc-decale", ""  # a sentence taken for a key
    after = next((n for n in range(read + 1, at) if lines[n].strip()), at)
    first = start if start < read else after
    values = "values are not" in said and is_key(at) and ":" not in lines[at][: mark.column]
    if values and is_key(first) and not re.search(":( |$)", lines[first]):
        yield first + 1, "deux-points-absent", ""
    if values or ("did not find expected key" in said and mark.column == column(at, " ")):
        if re.match(_DASHED, lines[at]) and not any(re.match(f" +{_DASHED}", one) for one in lines):
            yield at + 1, "tiret-de-trop", ""
        yield from _outdented(lines, at)
    odd = next((n for n in (at, *range(start, at)) if unusual(n)), at)
    if values or odd != at:
        yield odd + 1, "alignement", ""
    if "flow mapping" in said and re.match(r" *:(?: |$)", lines[at][mark.column :]):
        yield at + 1, "deux-points", ""
    for refusal, held, code in _REFUSED:
        if re.search(refusal, said) and (match := re.match(held, lines[at])):
            yield (begun if re.search("quoted|flow", said) else at) + 1, code, match[1]
