"""The weights of a conditional logit with « none of them »: maximum likelihood, as tools/fit.py and
tools/fit_following.py want them."""

import numpy as np
from scipy.optimize import minimize

from bot.matching.model import Scale, probabilities
from bot.matching.vocabulary import Doubles

#: The logit of a choice that is not there.
ABSENT = -1e9


def fitted(
    values: Doubles,
    absent: Doubles,
    none: Doubles,
    right: Doubles,
    weights: Doubles,
    penalty: float,
) -> tuple[Doubles, Doubles]:
    """The weights of the entries' features, (features,), and of those of « none ».

    Of n examples, each with as many choices as the widest has: `values` (n, choices, features),
    `absent` (n, choices), 0 or ABSENT, `none` (n, features of none) whose last is always 1, `right`
    (n, choices + 1), 1 where right, « none » last, `weights` (n,), what each counts. With an L2
    penalty on standardised features, the last of « none » left alone.
    """
    weights = weights / weights.sum()
    spread = values[absent == 0].std(axis=0) + 1e-6
    mean, wide = none.mean(axis=0), none.std(axis=0)
    mean[wide < 1e-6], wide[wide < 1e-6] = 0, 1
    scaled, none_scaled = values / spread, (none - mean) / wide
    cut_at = len(spread)

    def loss(point: Doubles) -> tuple[float, Doubles]:
        logits = np.concatenate(
            [scaled @ point[:cut_at] + absent, (none_scaled @ point[cut_at:])[:, None]], axis=1
        )
        given = probabilities(logits, Scale())
        likelihood = np.maximum((given * right).sum(axis=1), 1e-12)
        gap = (given - given * right / likelihood[:, None]) * weights[:, None]
        gradient = np.append(np.einsum("nk,nkd->d", gap[:, :-1], scaled), gap[:, -1] @ none_scaled)
        penalised = np.append(point[:-1], 0)
        value = -(weights * np.log(likelihood)).sum() + penalty * (penalised**2).sum()
        return value, gradient + 2 * penalty * penalised

    start = np.zeros(cut_at + len(wide))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 1000}).x
    of_none = found[cut_at:] / wide
    of_none[-1] -= mean @ of_none
    return found[:cut_at] / spread, of_none
