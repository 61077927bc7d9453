"""Weights fitted by tools/fit_fusion.py. Generated: do not edit.

Date: 2026-11-28. Data: the base's phrasings left out one by one,
its unrelated messages, the even lines of the development questions and our own
(tests/cases/mise_au_point.jsonl), two other FAQs.
Shares on questions never fitted on, smalltalk and communes not counted:

- WITH_ENCODER, odd lines:
  juste 0.912, proposée 0.056, fausse 0.0, manquée 0.032, 1re place 0.984, hors sujet répondu
  0.027, hors sujet proposé 0.027.
- WITH_ENCODER, our own:
  juste 0.888, proposée 0.08, fausse 0.008, manquée 0.024, 1re place 0.96, hors sujet répondu
  0.04, hors sujet proposé 0.027.
- WITHOUT_ENCODER, odd lines:
  juste 0.84, proposée 0.136, fausse 0.0, manquée 0.024, 1re place 0.952, hors sujet répondu
  0.013, hors sujet proposé 0.013.
- WITHOUT_ENCODER, our own:
  juste 0.832, proposée 0.12, fausse 0.016, manquée 0.032, 1re place 0.952, hors sujet répondu
  0.027, hors sujet proposé 0.04.
"""

from bot.matching.fusion import Model

# fmt: off
WITH_ENCODER = Model(
    reranking=(
        -1.5705,  # distinction
        0.5304,  # distinction-rang
        -2.2092,  # mots
        0.8784,  # lettres
        1.8717,  # sons
        2.7321,  # jetons
        1.1567,  # sens
        9.0802,  # sens-moyen
        2.3798,  # reponse
        4.8223,  # couverture
        0.9663,  # lieu
        2.5423,  # reponse-sens
    ),
    scope=(
        -4.2364,  # distinction
        0.3360,  # distinction-rang
        -3.8938,  # mots
        0.0310,  # lettres
        3.4155,  # sons
        -0.0771,  # jetons
        3.7424,  # sens
        -6.0379,  # sens-moyen
        0.2508,  # reponse
        3.7962,  # couverture
        0.9698,  # lieu
        0.7942,  # reponse-sens
        2.6357,  # avance distinction
        0.1513,  # avance distinction-rang
        1.5303,  # avance mots
        1.4467,  # avance lettres
        -1.8211,  # avance sons
        2.2179,  # avance jetons
        -0.6981,  # avance sens
        13.6541,  # avance sens-moyen
        0.2508,  # avance reponse
        1.9452,  # avance couverture
        1.8410,  # avance lieu
        0.7942,  # avance reponse-sens
        -2.4050,  # part
        -1.2226,  # suivante
        0.8936,  # mots-connus
        4.1353,  # longueur
        -0.2405,  # tres-court
    ),
    scope_bias=-4.5619,
    temperature=1.5398,
)
WITHOUT_ENCODER = Model(
    reranking=(
        0.0408,  # distinction
        0.5064,  # distinction-rang
        -1.8032,  # mots
        3.8609,  # lettres
        2.3348,  # sons
        3.5486,  # jetons
        0.0000,  # sens
        0.0000,  # sens-moyen
        4.3636,  # reponse
        5.2861,  # couverture
        0.4093,  # lieu
        0.0000,  # reponse-sens
    ),
    scope=(
        -2.8198,  # distinction
        0.3010,  # distinction-rang
        -3.0216,  # mots
        1.5674,  # lettres
        2.6044,  # sons
        -0.4445,  # jetons
        0.0000,  # sens
        0.0000,  # sens-moyen
        0.7673,  # reponse
        4.1010,  # couverture
        -0.5990,  # lieu
        0.0000,  # reponse-sens
        1.9555,  # avance distinction
        0.1256,  # avance distinction-rang
        1.6991,  # avance mots
        3.4350,  # avance lettres
        -0.4757,  # avance sons
        3.0594,  # avance jetons
        0.0000,  # avance sens
        0.0000,  # avance sens-moyen
        0.7673,  # avance reponse
        1.8143,  # avance couverture
        2.1020,  # avance lieu
        0.0000,  # avance reponse-sens
        -2.1085,  # part
        -1.2170,  # suivante
        0.8849,  # mots-connus
        4.8165,  # longueur
        -0.3424,  # tres-court
    ),
    scope_bias=-5.8837,
    temperature=1.3255,
)
# fmt: on
