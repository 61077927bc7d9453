"""Weights fitted by tools/fit_fusion.py. Generated: do not edit."""

from bot.matching.fusion import Model

WITH_ENCODER = Model(
    which=(6.72, 0.17, 0.55, -0.62, 1.01, 3.12, 6.52, -0.57, 7.41, 3.56),
    whether=(6.0,) + (0.0,) * 19 + (3.0, 0.0, 2.0, 0.0, 0.0),
    whether_bias=-5.0,
)
WITHOUT_ENCODER = WITH_ENCODER
