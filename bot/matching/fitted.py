"""Weights fitted by tools/fit_fusion.py. Generated: do not edit.

Date: 2026-11-23. Data: the base's phrasings left out one by one,
its unrelated messages, the even lines of the development questions and our own
(tests/cases/mise_au_point.jsonl), two other FAQs.
Shares on questions never fitted on, smalltalk and communes not counted:

- WITH_ENCODER, odd lines:
  juste 0.904, proposée 0.088, fausse 0.0, manquée 0.008, 1re place 0.992, hors sujet répondu
  0.027, hors sujet proposé 0.027.
- WITH_ENCODER, our own:
  juste 0.912, proposée 0.056, fausse 0.008, manquée 0.024, 1re place 0.96, hors sujet répondu
  0.027, hors sujet proposé 0.053.
- WITH_ENCODER, sante unseen:
  juste 0.746, proposée 0.155, fausse 0.044, manquée 0.055, 1re place 0.88, hors sujet répondu
  0.107, hors sujet proposé 0.281.
- WITH_ENCODER, sante unseen, a wrong answer costing 30 refusals:
  juste 0.601, proposée 0.332, fausse 0.012, manquée 0.055, 1re place 0.88, hors sujet répondu
  0.033, hors sujet proposé 0.355.
- WITH_ENCODER, sante unseen, heavy typos:
  juste 0.487, proposée 0.292, fausse 0.017, manquée 0.204, 1re place 0.808, hors sujet répondu
  0.008, hors sujet proposé 0.231.
- WITH_ENCODER, travail unseen:
  juste 0.658, proposée 0.156, fausse 0.11, manquée 0.077, 1re place 0.76, hors sujet répondu
  0.161, hors sujet proposé 0.28.
- WITH_ENCODER, travail unseen, a wrong answer costing 30 refusals:
  juste 0.541, proposée 0.307, fausse 0.056, manquée 0.096, 1re place 0.76, hors sujet répondu
  0.068, hors sujet proposé 0.373.
- WITH_ENCODER, travail unseen, heavy typos:
  juste 0.461, proposée 0.193, fausse 0.116, manquée 0.229, 1re place 0.612, hors sujet répondu
  0.123, hors sujet proposé 0.216.
- WITHOUT_ENCODER, odd lines:
  juste 0.856, proposée 0.136, fausse 0.0, manquée 0.008, 1re place 0.968, hors sujet répondu
  0.013, hors sujet proposé 0.027.
- WITHOUT_ENCODER, our own:
  juste 0.816, proposée 0.152, fausse 0.008, manquée 0.024, 1re place 0.96, hors sujet répondu
  0.027, hors sujet proposé 0.027.
- WITHOUT_ENCODER, sante unseen:
  juste 0.548, proposée 0.318, fausse 0.012, manquée 0.122, 1re place 0.851, hors sujet répondu
  0.05, hors sujet proposé 0.174.
- WITHOUT_ENCODER, sante unseen, a wrong answer costing 30 refusals:
  juste 0.35, proposée 0.525, fausse 0.0, manquée 0.125, 1re place 0.851, hors sujet répondu
  0.017, hors sujet proposé 0.207.
- WITHOUT_ENCODER, sante unseen, heavy typos:
  juste 0.236, proposée 0.353, fausse 0.009, manquée 0.402, 1re place 0.784, hors sujet répondu
  0.008, hors sujet proposé 0.091.
- WITHOUT_ENCODER, travail unseen:
  juste 0.589, proposée 0.187, fausse 0.105, manquée 0.119, 1re place 0.744, hors sujet répondu
  0.169, hors sujet proposé 0.208.
- WITHOUT_ENCODER, travail unseen, a wrong answer costing 30 refusals:
  juste 0.454, proposée 0.352, fausse 0.052, manquée 0.142, 1re place 0.744, hors sujet répondu
  0.059, hors sujet proposé 0.318.
- WITHOUT_ENCODER, travail unseen, heavy typos:
  juste 0.403, proposée 0.207, fausse 0.098, manquée 0.293, 1re place 0.619, hors sujet répondu
  0.114, hors sujet proposé 0.182.
"""

from bot.matching.fusion import Model

# fmt: off
WITH_ENCODER = Model(
    which=(
        -0.9577,  # distinction
        0.5166,  # distinction-rang
        -2.0896,  # mots
        0.5022,  # lettres
        1.8037,  # sons
        2.8468,  # jetons
        1.6280,  # sens
        8.5646,  # sens-moyen
        1.9608,  # reponse
        5.1285,  # couverture
        0.8568,  # lieu
        2.3207,  # reponse-sens
    ),
    whether=(
        -4.9801,  # distinction
        0.3689,  # distinction-rang
        -5.4968,  # mots
        -1.2204,  # lettres
        5.5506,  # sons
        -0.8344,  # jetons
        4.2288,  # sens
        -5.9454,  # sens-moyen
        -0.1434,  # reponse
        4.4644,  # couverture
        0.6697,  # lieu
        1.2825,  # reponse-sens
        2.6976,  # avance distinction
        0.1746,  # avance distinction-rang
        1.9718,  # avance mots
        1.7237,  # avance lettres
        -2.5016,  # avance sons
        2.5950,  # avance jetons
        -0.9835,  # avance sens
        13.9213,  # avance sens-moyen
        -0.1434,  # avance reponse
        2.4473,  # avance couverture
        0.9119,  # avance lieu
        1.2825,  # avance reponse-sens
        -2.4773,  # part
        -1.8028,  # suivante
        1.5290,  # mots-connus
        4.5966,  # longueur
        -0.2214,  # tres-court
    ),
    whether_bias=-4.9418,
    temperature=1.4562,
)
WITHOUT_ENCODER = Model(
    which=(
        -0.0088,  # distinction
        0.5336,  # distinction-rang
        -1.7917,  # mots
        3.5512,  # lettres
        2.2912,  # sons
        3.4906,  # jetons
        0.0000,  # sens
        -29.6724,  # sens-moyen
        3.8755,  # reponse
        5.4474,  # couverture
        0.3827,  # lieu
        0.0000,  # reponse-sens
    ),
    whether=(
        -4.9711,  # distinction
        0.4207,  # distinction-rang
        -4.9693,  # mots
        1.0848,  # lettres
        3.9165,  # sons
        -0.8190,  # jetons
        0.0000,  # sens
        -13.4826,  # sens-moyen
        0.7499,  # reponse
        4.6976,  # couverture
        -0.7119,  # lieu
        0.0000,  # reponse-sens
        3.0112,  # avance distinction
        0.1232,  # avance distinction-rang
        2.6640,  # avance mots
        3.8994,  # avance lettres
        -1.3028,  # avance sons
        3.2244,  # avance jetons
        0.0000,  # avance sens
        -13.4826,  # avance sens-moyen
        0.7499,  # avance reponse
        2.1943,  # avance couverture
        0.3978,  # avance lieu
        0.0000,  # avance reponse-sens
        -1.8389,  # part
        -0.7632,  # suivante
        1.3915,  # mots-connus
        5.3624,  # longueur
        0.2081,  # tres-court
    ),
    whether_bias=-6.6536,
    temperature=1.3022,
)
# fmt: on
