"""Weights fitted by tools/fit_fusion.py. Generated: do not edit.

Date: 2026-11-28. Data: the base's phrasings left out one by one,
its unrelated messages, the even lines of the development questions and our own
(tests/cases/mise_au_point.jsonl), two other FAQs.
Shares on questions never fitted on, smalltalk and communes not counted:

- WITH_ENCODER, odd lines:
  juste 0.896, proposée 0.072, fausse 0.0, manquée 0.032, 1re place 0.984, hors sujet répondu
  0.027, hors sujet proposé 0.027.
- WITH_ENCODER, our own:
  juste 0.896, proposée 0.072, fausse 0.0, manquée 0.032, 1re place 0.944, hors sujet répondu
  0.04, hors sujet proposé 0.027.
- WITHOUT_ENCODER, odd lines:
  juste 0.856, proposée 0.12, fausse 0.0, manquée 0.024, 1re place 0.952, hors sujet répondu
  0.013, hors sujet proposé 0.053.
- WITHOUT_ENCODER, our own:
  juste 0.824, proposée 0.152, fausse 0.008, manquée 0.016, 1re place 0.944, hors sujet répondu
  0.027, hors sujet proposé 0.08.
"""

from bot.matching.fusion import Model

# fmt: off
WITH_ENCODER = Model(
    reranking=(
        -1.3069,  # distinction
        0.5057,  # distinction-rang
        -2.1762,  # mots
        0.8765,  # lettres
        1.9614,  # sons
        2.6758,  # jetons
        1.1728,  # sens
        9.0315,  # sens-moyen
        2.1333,  # reponse
        5.0408,  # couverture
        0.9185,  # lieu
        2.6020,  # reponse-sens
    ),
    scope=(
        -4.1328,  # distinction
        0.3052,  # distinction-rang
        -4.8721,  # mots
        -0.0809,  # lettres
        4.0761,  # sons
        -0.3590,  # jetons
        3.5278,  # sens
        -5.5346,  # sens-moyen
        0.4385,  # reponse
        4.2492,  # couverture
        1.0229,  # lieu
        0.5975,  # reponse-sens
        2.2632,  # avance distinction
        0.1822,  # avance distinction-rang
        1.7642,  # avance mots
        1.7505,  # avance lettres
        -2.1015,  # avance sons
        2.4481,  # avance jetons
        -1.2415,  # avance sens
        14.2699,  # avance sens-moyen
        0.4385,  # avance reponse
        2.1693,  # avance couverture
        2.0183,  # avance lieu
        0.5975,  # avance reponse-sens
        -2.4675,  # part
        -1.9856,  # suivante
        1.0335,  # mots-connus
        4.4179,  # longueur
        -0.0364,  # tres-court
    ),
    scope_bias=-4.6157,
    temperature=1.4218,
)
WITHOUT_ENCODER = Model(
    reranking=(
        0.0959,  # distinction
        0.4967,  # distinction-rang
        -1.7959,  # mots
        3.8486,  # lettres
        2.4750,  # sons
        3.3371,  # jetons
        0.0000,  # sens
        0.0000,  # sens-moyen
        4.2515,  # reponse
        5.4306,  # couverture
        0.4664,  # lieu
        0.0000,  # reponse-sens
    ),
    scope=(
        -4.4349,  # distinction
        0.4014,  # distinction-rang
        -4.3926,  # mots
        1.3713,  # lettres
        3.5295,  # sons
        -0.6048,  # jetons
        0.0000,  # sens
        0.0000,  # sens-moyen
        0.7945,  # reponse
        4.5482,  # couverture
        -0.7453,  # lieu
        0.0000,  # reponse-sens
        2.9204,  # avance distinction
        0.1050,  # avance distinction-rang
        2.0432,  # avance mots
        3.7647,  # avance lettres
        -1.1961,  # avance sons
        3.1399,  # avance jetons
        0.0000,  # avance sens
        0.0000,  # avance sens-moyen
        0.7945,  # avance reponse
        2.0509,  # avance couverture
        2.2281,  # avance lieu
        0.0000,  # avance reponse-sens
        -2.0358,  # part
        -1.2124,  # suivante
        1.0280,  # mots-connus
        5.1394,  # longueur
        -0.3013,  # tres-court
    ),
    scope_bias=-6.2645,
    temperature=1.2848,
)
# fmt: on
