"""Weights fitted by tools/fit_fusion.py. Generated: do not edit.

Date: 2026-11-23. Data: the base's phrasings left out one by one,
its unrelated messages, the even lines of the development questions, two other FAQs.
Shares on questions never fitted on, smalltalk and communes not counted:

- WITH_ENCODER, odd lines:
  juste 0.856, proposée 0.136, fausse 0.0, manquée 0.008, 1re place 0.968, hors sujet répondu
  0.04, hors sujet proposé 0.0.
- WITH_ENCODER, sante unseen:
  juste 0.741, proposée 0.163, fausse 0.035, manquée 0.061, 1re place 0.878, hors sujet répondu
  0.14, hors sujet proposé 0.207.
- WITH_ENCODER, travail unseen:
  juste 0.624, proposée 0.183, fausse 0.091, manquée 0.102, 1re place 0.76, hors sujet répondu
  0.136, hors sujet proposé 0.212.
- WITHOUT_ENCODER, odd lines:
  juste 0.784, proposée 0.16, fausse 0.0, manquée 0.056, 1re place 0.96, hors sujet répondu
  0.04, hors sujet proposé 0.0.
- WITHOUT_ENCODER, sante unseen:
  juste 0.592, proposée 0.163, fausse 0.02, manquée 0.224, 1re place 0.854, hors sujet répondu
  0.058, hors sujet proposé 0.107.
- WITHOUT_ENCODER, travail unseen:
  juste 0.56, proposée 0.155, fausse 0.103, manquée 0.182, 1re place 0.738, hors sujet répondu
  0.153, hors sujet proposé 0.153.
"""

from bot.matching.fusion import Model

# fmt: off
WITH_ENCODER = Model(
    which=(
        3.6269,  # distinction
        0.2948,  # distinction-rang
        -2.2561,  # mots
        -0.6135,  # lettres
        1.4197,  # sons
        3.1608,  # jetons
        2.1730,  # sens
        5.6922,  # sens-moyen
        4.1943,  # reponse
        4.9828,  # couverture
        3.3238,  # reponse-sens
    ),
    whether=(
        -3.8051,  # distinction
        0.2720,  # distinction-rang
        -4.3943,  # mots
        -0.3153,  # lettres
        1.3138,  # sons
        -0.1257,  # jetons
        3.3619,  # sens
        -3.2166,  # sens-moyen
        0.8122,  # reponse
        3.7325,  # couverture
        1.4392,  # reponse-sens
        2.7456,  # avance distinction
        0.1772,  # avance distinction-rang
        1.9672,  # avance mots
        1.6307,  # avance lettres
        -1.4163,  # avance sons
        1.9530,  # avance jetons
        -1.1157,  # avance sens
        10.0412,  # avance sens-moyen
        0.8122,  # avance reponse
        2.8849,  # avance couverture
        1.4392,  # avance reponse-sens
        -2.4476,  # part
        -2.4455,  # suivante
        3.1945,  # mots-connus
        3.6744,  # longueur
        0.3104,  # tres-court
    ),
    whether_bias=-5.9872,
    temperature=1.6256,
)
WITHOUT_ENCODER = Model(
    which=(
        5.8345,  # distinction
        0.2548,  # distinction-rang
        -2.1480,  # mots
        2.1387,  # lettres
        1.8973,  # sons
        3.3425,  # jetons
        0.0000,  # sens
        -28.6681,  # sens-moyen
        6.4616,  # reponse
        5.4047,  # couverture
        0.0000,  # reponse-sens
    ),
    whether=(
        -2.6812,  # distinction
        0.2933,  # distinction-rang
        -4.0620,  # mots
        1.7920,  # lettres
        1.6338,  # sons
        -0.9410,  # jetons
        0.0000,  # sens
        -12.1127,  # sens-moyen
        1.3185,  # reponse
        4.3240,  # couverture
        0.0000,  # reponse-sens
        2.6768,  # avance distinction
        0.1119,  # avance distinction-rang
        1.9637,  # avance mots
        3.3863,  # avance lettres
        -0.7638,  # avance sons
        2.7757,  # avance jetons
        0.0000,  # avance sens
        -12.1127,  # avance sens-moyen
        1.3185,  # avance reponse
        2.3277,  # avance couverture
        0.0000,  # avance reponse-sens
        -2.2610,  # part
        -0.9047,  # suivante
        2.6256,  # mots-connus
        4.0132,  # longueur
        1.6302,  # tres-court
    ),
    whether_bias=-6.5954,
    temperature=1.9622,
)
# fmt: on
