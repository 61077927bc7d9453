"""Weights fitted by tools/fit_fusion.py. Generated: do not edit.

Date: 2026-11-23. Data: the base's phrasings left out one by one,
its unrelated messages, the even lines of the development questions, two other FAQs.
Shares on questions never fitted on, smalltalk and communes not counted:

- WITH_ENCODER, odd lines:
  juste 0.832, proposée 0.16, fausse 0.0, manquée 0.008, 1re place 0.984, hors sujet répondu
  0.04, hors sujet proposé 0.013.
- WITHOUT_ENCODER, odd lines:
  juste 0.8, proposée 0.192, fausse 0.0, manquée 0.008, 1re place 0.952, hors sujet répondu
  0.027, hors sujet proposé 0.027.
"""

from bot.matching.fusion import Model

# fmt: off
WITH_ENCODER = Model(
    which=(
        4.0836,  # distinction
        0.2811,  # distinction-rang
        -1.9880,  # mots
        -0.7024,  # lettres
        1.0554,  # sons
        3.1174,  # jetons
        2.3157,  # sens
        6.0051,  # sens-moyen
        4.0840,  # reponse
        4.9297,  # couverture
        1.2558,  # lieu
        3.3071,  # reponse-sens
    ),
    whether=(
        -4.0219,  # distinction
        0.2538,  # distinction-rang
        -3.8688,  # mots
        -0.3340,  # lettres
        2.0891,  # sons
        -0.7984,  # jetons
        3.2305,  # sens
        -3.3466,  # sens-moyen
        0.4218,  # reponse
        3.3596,  # couverture
        1.2708,  # lieu
        1.1937,  # reponse-sens
        2.4815,  # avance distinction
        0.1688,  # avance distinction-rang
        1.2191,  # avance mots
        1.6832,  # avance lettres
        -1.5325,  # avance sons
        1.7541,  # avance jetons
        -2.0574,  # avance sens
        10.9982,  # avance sens-moyen
        0.4218,  # avance reponse
        2.1557,  # avance couverture
        0.0995,  # avance lieu
        1.1937,  # avance reponse-sens
        -1.7563,  # part
        -2.0979,  # suivante
        2.4255,  # mots-connus
        3.6014,  # longueur
        0.2956,  # tres-court
    ),
    whether_bias=-5.7095,
    temperature=1.5474,
)
WITHOUT_ENCODER = Model(
    which=(
        5.0564,  # distinction
        0.2970,  # distinction-rang
        -1.8123,  # mots
        2.0265,  # lettres
        1.5861,  # sons
        3.4812,  # jetons
        0.0000,  # sens
        -26.2435,  # sens-moyen
        6.2810,  # reponse
        5.3597,  # couverture
        0.9461,  # lieu
        0.0000,  # reponse-sens
    ),
    whether=(
        -4.6486,  # distinction
        0.3121,  # distinction-rang
        -4.4750,  # mots
        1.4992,  # lettres
        3.0657,  # sons
        -1.3482,  # jetons
        0.0000,  # sens
        -10.7085,  # sens-moyen
        0.9645,  # reponse
        4.3128,  # couverture
        0.1668,  # lieu
        0.0000,  # reponse-sens
        3.2543,  # avance distinction
        0.1482,  # avance distinction-rang
        1.4132,  # avance mots
        4.3784,  # avance lettres
        -1.3536,  # avance sons
        3.0293,  # avance jetons
        0.0000,  # avance sens
        -10.7085,  # avance sens-moyen
        0.9645,  # avance reponse
        2.2205,  # avance couverture
        -0.0428,  # avance lieu
        0.0000,  # avance reponse-sens
        -1.6486,  # part
        -1.2898,  # suivante
        2.8736,  # mots-connus
        4.6439,  # longueur
        1.5161,  # tres-court
    ),
    whether_bias=-7.3902,
    temperature=1.6622,
)
# fmt: on
