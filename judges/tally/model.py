"""The measurement model: how good each project is, once each judge's severity, noise and scale are taken out.

A visit's total y = μ + b_j + a_j·θ_i + e with e ~ N(0, s2_j): project i has quality θ_i ~ N(βx_i, vt), judge j is
lenient by b_j ~ N(0, vb), stretches the scale by a_j ~ N(1, τ²) and is noisy by 1/s2_j ~ Gamma(df/2, df·s2/2).
The severity part is the reviewer model of the NIPS conferences (Gaussian priors, empirical Bayes); noise and scale
are updated beside it by variational EM. Quality and severity are solved jointly, so their uncertainty is carried over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from judges.tally.ballot import Floats, Indices, Visits

NOISE_PRIOR_DF = 6.0
SCALE_PRIOR_SD = 0.25
PRIOR_OBSERVATIONS = 3.0
# How much of the variance of all totals is quality, severity and noise before anything is known (see `fit`).
SHARES = (0.45, 0.25, 0.30)
MIN_ROUNDS, MAX_ROUNDS = 7, 60
TOLERANCE = 1e-5


@dataclass(frozen=True)
class Fit:
    """Posterior of the model. Arrays run over `Visits.projects` (N) or `Visits.judges` (J).

    mean, quality         adjusted score is mean + quality, on the rubric's scale
    quality_var           marginal variance of quality (N)
    precision             A: each project's own precision given all judges (N)
    coupling              C: sparse N x (J+1), the projects' tie to (μ, b)
    judge_cov             Σ: covariance of (μ, b), (J+1) x (J+1)
    severity, noise_var, scale      b_j, s2_j, a_j
    quality_prior_var     vt, the variance of quality between projects;  noise  s2, the typical judge's noise variance
    pull                  β, the weight of the prior evidence (0 when none was given)
    """

    mean: float
    quality: Floats
    quality_var: Floats
    precision: Floats
    coupling: sparse.csr_array
    judge_cov: Floats
    severity: Floats
    noise_var: Floats
    scale: Floats
    quality_prior_var: float
    noise: float
    prior_mean: Floats
    pull: float
    rounds: int

    @property
    def inflation(self) -> float:
        """Factor on Cov(θ) for the judge parameters a_j and s2_j being estimates, not facts."""
        return 1.0 + 2.0 / max(len(self.severity), 1)


def fit(visits: Visits, prior: Mapping[str, float] | None = None) -> Fit:
    """Fit the model to at least one visit. O(rounds · (visits·J + J³)): 2,000 projects by 500 judges in seconds.

    prior  project → evidence from elsewhere (any scale); quality then leans on it as far as it predicts the judges.
    """
    i, j, y = visits.project, visits.judge, visits.y
    n, m = len(visits.projects), len(visits.judges)
    x = _standardised(visits.projects, prior)
    v0 = max(float(np.var(y)), 1e-6)
    vt, vb, s2 = (v0 * share for share in SHARES)
    pt, pb, ps = vt, vb, s2  # the prior centres, each worth PRIOR_OBSERVATIONS
    noise, scale, scale_var = np.full(m, s2), np.ones(m), np.zeros(m)
    visits_of = np.bincount(j, minlength=m)
    theta, pull, rounds = np.zeros(n), 0.0, 0
    while True:
        rounds += 1
        # 1-2: quality and severity jointly, given the judges' noise and scale
        w, a = 1.0 / noise[j], scale[j]
        precision = 1.0 / vt + np.bincount(i, w * a * a, n)
        coupling = _coupling(i, j, w * a, (n, m))
        weight_of = np.bincount(j, w, m)
        border = np.diag(np.append(w.sum(), weight_of + 1.0 / vb))
        border[0, 1:] = border[1:, 0] = weight_of
        shared = sparse.diags_array(1.0 / precision) @ coupling
        cov = np.linalg.inv(border - (coupling.T @ shared).toarray())
        cov = (cov + cov.T) / 2
        right_quality = np.bincount(i, w * a * y, n) + pull * x / vt
        right_judge = np.append((w * y).sum(), np.bincount(j, w * y, m))
        phi = cov @ (right_judge - shared.T @ right_quality)
        before, theta = theta, (right_quality - coupling @ phi) / precision
        mean, severity = float(phi[0]), phi[1:]
        # 3: what is not known about them
        spread = coupling @ cov
        theta_var = 1.0 / precision + np.asarray(coupling.multiply(spread).sum(axis=1)).ravel() / precision**2
        kappa = -(spread[i, 0] + spread[i, j + 1]) / precision[i]
        level_var = cov[0, 0] + 2 * cov[0, 1:] + np.diag(cov)[1:]
        square = theta**2 + theta_var
        # 4: expected squared error of each visit
        level = mean + severity[j]
        error = (y - level - a * theta[i]) ** 2 + level_var[j] + a * a * theta_var[i] + 2 * a * kappa
        error += scale_var[j] * square[i]
        # 5: variances
        off = (theta - pull * x) ** 2 + theta_var
        vt = float((off.sum() + PRIOR_OBSERVATIONS * pt) / (n + PRIOR_OBSERVATIONS))
        known = severity**2 + np.diag(cov)[1:]
        vb = float((known.sum() + PRIOR_OBSERVATIONS * pb) / (m + PRIOR_OBSERVATIONS))
        noise = (NOISE_PRIOR_DF * s2 + np.bincount(j, error, m)) / (NOISE_PRIOR_DF + visits_of)
        s2 = float((m + 1) / ((1.0 / noise).sum() + 1.0 / ps))
        # 6: scale
        scale_precision = np.bincount(j, square[i], m) / noise + 1.0 / SCALE_PRIOR_SD**2
        scale = np.bincount(j, (y - level) * theta[i] - kappa, m) / noise + 1.0 / SCALE_PRIOR_SD**2
        scale, scale_var = scale / scale_precision, 1.0 / scale_precision
        if prior is not None:
            pull = float((theta * x).sum() / ((x * x).sum() + 1.0))
        settled = float(np.abs(theta - before).max()) < TOLERANCE * np.sqrt(vt)
        if (settled and rounds >= MIN_ROUNDS) or rounds == MAX_ROUNDS:
            break
    return Fit(
        mean=mean, quality=theta, quality_var=theta_var, precision=precision, coupling=coupling, judge_cov=cov,
        severity=severity, noise_var=noise, scale=scale, quality_prior_var=vt, noise=s2, prior_mean=pull * x,
        pull=pull, rounds=rounds,
    )  # fmt: skip


def _coupling(i: Indices, j: Indices, weight: Floats, shape: tuple[int, int]) -> sparse.csr_array:
    """C: column 0 is the tie to μ, column j+1 the tie to judge j; repeated visits add up."""
    n, m = shape
    rows, columns = np.concatenate([i, i]), np.concatenate([np.zeros_like(j), j + 1])
    return sparse.csr_array((np.concatenate([weight, weight]), (rows, columns)), shape=(n, m + 1))


def _standardised(projects: tuple[str, ...], prior: Mapping[str, float] | None) -> Floats:
    """Prior evidence with mean 0 and SD 1 over the projects that have some; 0 (no opinion) for the others."""
    x = np.zeros(len(projects))
    has = np.array([prior is not None and name in prior for name in projects], dtype=bool)
    if prior is None or not has.any():
        return x
    values = np.array([prior[name] for name in projects if name in prior], dtype=np.float64)
    spread = float(values.std())
    if spread > 0:
        x[has] = (values - values.mean()) / spread
    return x
