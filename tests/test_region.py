"""The town is data: another territory, none at all, and what an editor can get wrong in hers."""

import datetime as dt
import shutil
from pathlib import Path

import pytest

from bot.communes import Ambiguous, Found, Gazetteer, Point, Status, Unknown
from bot.conversation.action import Ask, Kind
from bot.conversation.assistant import Assistant
from bot.conversation.reply import Action, Conversation, Outcome, Question, Reply
from bot.knowledge.checking import check
from bot.knowledge.files import REGION, SHIPPED
from bot.knowledge.problem import Problem
from bot.storage.knowledge_files import KnowledgeError, load, read_files
from tests.conftest import KNOWLEDGE, ROOT, TODAY

FAQ = """\
entrees:
  - {id: ma-ville, question: Ma commune est-elle dans le plan Soleil ?, reponse: Cela dépend.}
  - {id: panneaux, question: Qui pose les panneaux ?, reponse: Le syndicat.}
"""
ROOF = """\
  - {id: toit, question: Qui répare mon toit ?, reponse: La mairie le sait., contact: mairie}
"""
CONTACTS = """\
accueil: {nom: Accueil du plan, telephone: "02 00 00 00 01"}
mairie: {nom: Votre mairie}
agglo: {nom: Votre agglomération, telephone: "02 00 00 00 00"}
port: {nom: Le port, epci: "200000002"}
"""
PLACES = """\
releve_le: 2026-01-02
sources: [{titre: Plan Soleil, date: 2025-12-24}]
entrees: [ma-ville]
guichets: [accueil]
mairie: mairie
colonnes: {statut: plan, zone: plage, cites: quartiers}
statuts:
  pilote:
    valeur: in
    verdict: "oui"
    etiquette: Commune pilote
    signe: "+"
    phrase: Oui, {nom} est une commune pilote du plan Soleil.
    attention: Tous les toits ne seront pas équipés.
    situation: Elle est dans {intercommunalite}.
    voir_ensuite: [panneaux]
    guichets: [agglo]
  aucun:
    valeur: out
    verdict: "non"
    etiquette: Sans plan
    signe: "-"
    phrase: Non, {nom} n'a pas de plan.
zone: {oui: "{nom} est au bord de l'eau.", non: "{nom} est dans les terres."}
intercommunalites: {guichet: agglo, genres: {SY: le syndicat}}
cites:
  genre: quartier
  figure: La {cite} est dans le plan.
  ne_figure_pas: La {cite} n'y est pas.
departements: {"76": ["76", Seine-Maritime], "27": ["27", dans l'Eure]}
codes_postaux: ["76", "27"]
eaux: {rivieres: Durdent, mer: mer, mer_a_l_ouest_de: "1.0"}
phrases:
  ailleurs: "{lieu}, c'est loin de la Seine."
mots:
  autour: plan soleil
  demander: plan soleil
  annoncent_une_cite: clos
"""
COMMUNES = """\
code_insee,nom,departement,codes_postaux,epci_siren,epci_nom,population,lat,lon,surface_km2,plan,plage,quartiers
76001,Cany-les-Bains,76,76450,200000001,SY des Falaises,3000,49.8,0.6,14,pilote,oui,Clos Vert
76002,Vittefleur,76,76450|76460,200000002,SY du Port,600,49.8,0.7,7,aucun,non,
27003,Brosville,27,27930,,,700,49.0,1.1,9,pilote,non,
"""
ALIASES = """\
alias,code_insee,kind,source,nb_communes
Cany,76001,nom_court,x,1
Clos Vert,76001,quartier,x,1
"""
TOWN_HALLS = """\
code_insee,telephone,adresse,site,horaires,source_date
76001,02 35 00 00 00,,,lundi : 9 h-12 h,2026-08
27003,,1 rue Haute,,,2026-08
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The knowledge of a town hall on the Seine."""
    made = tmp_path_factory.mktemp("seine")
    (made / "lieux").mkdir()
    files = {
        "faq.yaml": FAQ + ROOF, "contacts.yaml": CONTACTS, REGION: PLACES,
        "lieux/communes.csv": COMMUNES, "lieux/communes_aliases.csv": ALIASES,
        "lieux/mairies.csv": TOWN_HALLS,
        "lieux/mots_courants.txt": "clos\n", "lieux/villes_ailleurs.txt": "Paris\n",
    }  # fmt: skip
    for name, text in files.items():
        (made / name).write_text(text, "utf-8")
    return made


@pytest.fixture(scope="module")
def seine(folder: Path) -> Assistant:
    ours = load(folder, TODAY)
    return Assistant(ours.base, ours.gazetteer, today=lambda: TODAY)


def ask(assistant: Assistant, text: str) -> Reply:
    return assistant.reply(Question(text))


def test_another_territory_speaks_its_own_words(seine: Assistant) -> None:
    reply = ask(seine, "Cany-les-Bains est-elle dans le plan Soleil ?")
    assert reply.outcome is Outcome.COMMUNE
    assert reply.text.replace("\u202f", " ").replace("\u00a0", " ").replace("’", "'").split(
        "\n\n"
    ) == [
        "Oui, Cany-les-Bains est une commune pilote du plan Soleil.",
        "Tous les toits ne seront pas équipés.",
        "Elle est dans le syndicat des Falaises. Cany-les-Bains est au bord de l'eau.",
        "Mairie de Cany-les-Bains : 02 35 00 00 00, lundi 9 h-12 h (données : août 2026).",
    ]
    assert reply.entries == ("ma-ville",)
    assert reply.actions[0] == Action("Qui pose les panneaux\u202f?", Ask(Kind.ENTRY, "panneaux"))
    assert [source.title for source in reply.sources] == ["Plan Soleil"]
    assert reply.collected_on == dt.date(2026, 1, 2)
    assert reply.contact
    assert reply.contact.name == "Le syndicat des Falaises"
    assert reply.contact.phone == "02 00 00 00 00"
    told = reply.as_json()["commune"]
    assert (told["status"], told["bud"]) == ("in", True)


@pytest.mark.parametrize(
    ("text", "code", "status"),
    [
        ("76460", "76002", Status.OUT),
        ("cany", "76001", Status.IN),
        ("j'habite à vitefleur", "76002", Status.OUT),
        ("76450 Vittefleur", "76002", Status.OUT),
        ("Vittefleur-sur-Durdent", "76002", Status.OUT),
        ("Vittefleur-sur-Mer", "76002", Status.OUT),
        ("Brosville dans l'Eure", "27003", Status.IN),
        ("et le clos vert ?", "76001", Status.IN),
    ],
)
def test_its_communes_are_found(seine: Assistant, text: str, code: str, status: Status) -> None:
    found = seine.gazetteer.find(text)
    assert isinstance(found, Found), found
    assert (found.commune.code_insee, found.commune.status) == (code, status)


@pytest.mark.parametrize("text", ["Lens", "je suis de Lille", "Brosville-sur-Mer", "Vittefleur 62"])
def test_no_other_is(seine: Assistant, text: str) -> None:
    assert isinstance(seine.gazetteer.find(text), Unknown)


def test_its_postcodes_are_told_from_the_others(seine: Assistant) -> None:
    assert isinstance(seine.gazetteer.find("76450"), Ambiguous)
    assert seine.gazetteer.find("59000") == Unknown("59000")
    slip = seine.gazetteer.find("76461")
    assert isinstance(slip, Unknown)
    assert (slip.postcode, [one.code_insee for one in slip.near]) == ("76461", ["76002"])
    assert "76461" in ask(seine, "76461").text


def test_its_sentences_replace_those_of_the_program(seine: Assistant) -> None:
    assert ask(seine, "Paris est dans le plan ?").text == "Paris, c’est loin de la Seine."
    far = seine.reply(Question(place=Point(45.0, 3.0)))
    assert far.text.startswith("Cet endroit est loin des communes que je connais.")


def test_a_commune_without_intercommunality_has_the_desk_by_its_own_name(seine: Assistant) -> None:
    reply = seine.reply(Question(action="commune:27003"))
    assert reply.contact
    assert reply.contact.name == "Votre agglomération"


def test_a_desk_of_its_own_comes_first_and_none_means_the_usual_one(seine: Assistant) -> None:
    reply = seine.reply(Question(action="commune:76002"))
    assert reply.text.startswith("Non, Vittefleur n’a pas de plan.")
    assert "terres" not in reply.text, "who is not in the plan is not told of its zone"
    assert reply.contact
    assert reply.contact.name == "Accueil du plan"


#: (action, commune known, who is on the card, its phone)
CARDS = [
    ("entry:toit", None, None, None),  # « votre mairie » says only whom to ask
    ("entry:toit", "76001", "Mairie de Cany-les-Bains", "02 35 00 00 00"),
    ("entry:toit", "76002", None, None),
    ("entry:toit", "27003", "Mairie de Brosville", None),
    ("entry:panneaux", "76001", None, None),
    ("none", None, None, None),
    ("none", "76001", "Mairie de Cany-les-Bains", "02 35 00 00 00"),
    ("contact", None, "Accueil du plan", "02 00 00 00 01"),
    ("contact", "76001", "Mairie de Cany-les-Bains", "02 35 00 00 00"),
    ("contact", "76002", "Accueil du plan", "02 00 00 00 01"),
]


@pytest.mark.parametrize(("action", "code", "name", "phone"), CARDS)
def test_a_card_is_shown_where_it_can_be_reached(
    seine: Assistant, action: str, code: str | None, name: str | None, phone: str | None
) -> None:
    reply = seine.reply(Question(action=action, conversation=Conversation(code)))
    card = reply.contact
    assert (card and card.name, card and card.phone) == (name, phone)


def test_a_territory_need_not_name_the_contact_of_town_halls(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / REGION).write_text(PLACES.replace("mairie: mairie\n", ""), "utf-8")
    ours = load(tmp_path, TODAY)
    unnamed = Assistant(ours.base, ours.gazetteer, today=lambda: TODAY)
    for action in ("entry:toit", "entry:panneaux"):
        reply = unnamed.reply(Question(action=action, conversation=Conversation("76001")))
        assert reply.contact is None


def test_town_halls_alone_are_no_territory(tmp_path: Path) -> None:
    (tmp_path / "lieux").mkdir()
    (tmp_path / "faq.yaml").write_text(
        "entrees: [{id: a, question: Qui ?, reponse: Moi.}]", "utf-8"
    )
    (tmp_path / "lieux" / "mairies.csv").write_text(TOWN_HALLS, "utf-8")
    with pytest.raises(KnowledgeError, match=r"communes\.csv.* n’existe pas"):
        load(tmp_path, TODAY)


def test_a_base_without_places_serves(tmp_path: Path) -> None:
    (tmp_path / "faq.yaml").write_text(FAQ, "utf-8")
    served = load(tmp_path, TODAY)
    gazetteer = served.gazetteer
    assert not gazetteer
    assert gazetteer.communes == ()
    for text in ("Lens", "59146", "75012", "j'habite à Paris", ""):
        assert gazetteer.find(text) == Unknown(None)
    alone = Assistant(served.base, gazetteer, today=lambda: TODAY)
    assert ask(alone, "Qui pose les panneaux ?").text == "Le syndicat."
    assert ask(alone, "Lens").outcome is Outcome.NO_MATCH
    for action in ("commune", "commune:59456", "contact", "start"):
        assert alone.reply(Question(action=action)).actions
    assert alone.reply(Question(place=Point(50.4, 3.2))).outcome is Outcome.NO_MATCH


def test_communes_need_their_statuses(tmp_path: Path) -> None:
    shutil.copytree(KNOWLEDGE / "lieux", tmp_path / "lieux")
    (tmp_path / REGION).unlink()
    with pytest.raises(KnowledgeError, match=r"lieux\.yaml"):
        load(tmp_path, TODAY)


def problems(places: str, **others: str) -> tuple[Problem, ...]:
    shipped = (ROOT / "bot" / "defaults" / "lieux.yaml").read_text("utf-8")
    reached = CONTACTS.replace("nom: Le port,", 'nom: Le port, telephone: "02 00 00 00 03",')
    files = {"faq.yaml": FAQ, "contacts.yaml": reached}
    files |= {REGION: places, SHIPPED[REGION]: shipped}
    return check({**files, **others}, TODAY).problems


def test_what_is_right_has_no_problems() -> None:
    assert problems(PLACES) == ()
    shown = [one for one in check(read_files(KNOWLEDGE), TODAY).problems if one.file == REGION]
    assert shown == []


#: (what is wrong, text to replace, replacement, code, level, part of what is said)
MISTAKES = [
    ("unknown key", "guichets: [accueil]", "guichet: [accueil]", "cle-inconnue", "error",
     "« guichets »"),
    ("unknown key of a status", "    attention:", "    atention:", "cle-inconnue", "error",
     "« attention »"),
    ("unknown list of words", "  autour:", "  autours:", "cle-inconnue", "error", "« autour »"),
    ("missing key", "aucun:\n    valeur: out\n", "aucun:\n", "cle-absente", "error", "valeur"),
    ("unknown status", "valeur: out", "valeur: hors", "valeur", "error", "partner_only"),
    ("unknown verdict", 'verdict: "non"', "verdict: jamais", "valeur", "error", "a-verifier"),
    ("bare oui", 'verdict: "oui"', "verdict: oui", "piege", "error", "guillemets"),
    ("no name", "phrase: Non, {nom} n'a", "phrase: Non, elle n'a", "repere-absent", "error",
     "{nom}"),
    ("unknown placeholder", "Elle est dans {intercommunalite}.", "Elle est dans {epci}.",
     "repere-inconnu", "error", "{intercommunalite}"),
    ("open brace", "Elle est dans {intercommunalite}.", "Elle est dans {intercommunalite.",
     "accolade", "error", "{intercommunalite}"),
    ("format", "Oui, {nom} est", "Oui, {nom!r} est", "repere-inconnu", "error", "{nom}"),
    ("no estate", "La {cite} est dans le plan.", "Elle est dans le plan.", "repere-absent",
     "error", "{cite}"),
    ("no place", '"{lieu}, c\'est loin de la Seine."', "C'est loin.", "repere-absent", "error",
     "{lieu}"),
    ("postcode", 'codes_postaux: ["76", "27"]', 'codes_postaux: ["76x"]', "code-postal",
     "error", "76x"),
    ("bare number", '_de: "1.0"', "_de: 1.0", "piege", "error", "1.0"),
    ("no number", '_de: "1.0"', "_de: Dieppe", "nombre", "error", "Dieppe"),
    ("words in a list", "autour: plan soleil", "autour: [plan, soleil]", "texte", "error",
     "autour"),
    ("date", "releve_le: 2026-01-02", "releve_le: hier", "date", "error", "hier"),
    ("list", "entrees: [ma-ville]", "entrees: ma-ville", "liste", "error", "entrees"),
    ("unknown entry", "voir_ensuite: [panneaux]", "voir_ensuite: [paneaux]", "entree-inconnue",
     "warning", "« panneaux »"),
    ("unknown state entry", "entrees: [ma-ville]", "entrees: [ma-vile]", "entree-inconnue",
     "warning", "« ma-ville »"),
    ("unknown desk", "guichets: [accueil]", "guichets: [acueil]", "contact-inconnu", "warning",
     "« accueil »"),
    ("unknown desk of a status", "guichets: [agglo]", "guichets: [aglo]", "contact-inconnu",
     "warning", "« agglo »"),
    ("unknown desk of the name", "{guichet: agglo,", "{guichet: aglo,", "contact-inconnu",
     "warning", "« agglo »"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "code", "level", "words"),
    [pytest.param(*row[1:], id=row[0]) for row in MISTAKES],
)
def test_each_mistake_is_told_with_its_line(
    old: str, new: str, code: str, level: str, words: str
) -> None:
    before, _, _ = PLACES.partition(old)
    found = problems(PLACES.replace(old, new, 1))
    assert [(one.file, one.code, one.level) for one in found] == [(REGION, code, level)], found
    assert found[0].line == before.count("\n") + 1, found[0]
    assert words in found[0].message + found[0].hint


def test_a_territory_without_statuses_is_refused() -> None:
    assert [(one.code, one.level) for one in problems("guichets: [accueil]")] == [("vide", "error")]


def test_a_mistake_keeps_the_communes_from_being_served(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / REGION).write_text(PLACES.replace("valeur: in", "valeur: on"), "utf-8")
    with pytest.raises(KnowledgeError, match=r"lieux\.yaml, ligne 9"):
        load(tmp_path, TODAY)


def test_truth_tells_whether_there_are_communes(gazetteer: Gazetteer) -> None:
    assert gazetteer
    assert len(gazetteer.communes) == 1534


def test_a_broken_answers_file_is_not_told_again_in_the_territory() -> None:
    found = problems(PLACES, **{"faq.yaml": f'{FAQ}\n  a: b: "c'})
    assert {problem.file for problem in found} == {"faq.yaml"}
