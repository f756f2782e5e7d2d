"""Equal runs to chains, in plain Python: a dynamic program whose every step depends on the one before."""

from __future__ import annotations

import numpy as np

from dedup.arrays import I64, document_pairs

SCORE = 4
"""Score units per word, so that half and quarter words stay whole numbers."""


def gap_costs(longest: int, *, one_sided: bool) -> I64:
    """Return ``int64[longest + 1]``: what it costs, in score units, to skip n words.

    Half a word each up to four; then 2 + 2 log2(n - 3) words where other words stand in their place, and only
    2 + log2(n - 3) where nothing does (a dropped or inserted sentence: that the words around it touch is no chance).
    """
    counts = np.arange(longest + 1)
    curve = 2 + (1 if one_sided else 2) * np.log2(np.maximum(counts - 3, 1))
    return np.round(SCORE * np.where(counts <= 4, counts / 2, curve)).astype(np.int64)


def chain(left: I64, right: I64, length: I64, offsets: I64, max_gap: int, look_back: int) -> tuple[I64, I64]:
    """Join equal runs into collinear chains: dynamic programming with the shape of minimap2's (Li 2018, section 2.1).

    A run is ``length`` tokens equal from ``left`` and ``right`` on (``int64[n_runs]`` each); runs are sorted by their
    documents, of which ``offsets`` tells, then ``left``, then ``right``, and only those of one pair of documents are
    joined. A run scores a word for each token less half a word. A predecessor may overlap, be at most ``max_gap``
    tokens away on either side, and be among the last ``look_back`` in its own or a neighbouring diagonal band; it
    costs `gap_costs` of the difference of the two gaps, a quarter word for each token that both skip, and the overlap.
    Unlike minimap2's, gap costs are a table of whole numbers, so that every implementation agrees.

    The chains of a pair of documents are traced back from the best ends, and a run belongs to the first that reaches
    it. Returns the chain number of each run, in the order of the chains' first runs, and the runs chain by chain, each
    in ascending order (``int64[n_runs]`` each).
    """
    cost = gap_costs(max_gap, one_sided=True).tolist()
    lefts, rights, sizes = left.tolist(), right.tolist(), length.tolist()
    pairs = document_pairs(left, right, offsets).tolist()
    width = max(max_gap, 1)
    scores: list[int] = []
    predecessors: list[int] = []
    bands: dict[int, list[int]] = {}
    longest: dict[int, int] = {}
    group = -1
    for run, (a, b, size, pair) in enumerate(zip(lefts, rights, sizes, pairs, strict=True)):
        if pair != group:
            bands, longest, group = {}, {}, pair
        band = (b - a) // width
        best, predecessor = 0, -1
        for near in (band - 1, band, band + 1):
            reach = max_gap + longest.get(near, 0)
            for other in bands.get(near, [])[: -look_back - 1 : -1]:
                if a - lefts[other] > reach:
                    break
                if a == lefts[other] or b <= rights[other]:
                    continue
                gap_a = a - lefts[other] - sizes[other]
                gap_b = b - rights[other] - sizes[other]
                overlap = max(-gap_a, -gap_b, 0)
                if gap_a > max_gap or gap_b > max_gap or overlap >= size:
                    continue
                gap_a, gap_b = gap_a + overlap, gap_b + overlap
                if abs(gap_a - gap_b) > max_gap:
                    continue
                score = scores[other] - cost[abs(gap_a - gap_b)] - min(gap_a, gap_b) - SCORE * overlap
                if score > best:
                    best, predecessor = score, other
        scores.append(best + SCORE * size - SCORE // 2)
        predecessors.append(predecessor)
        bands.setdefault(band, []).append(run)
        longest[band] = max(longest.get(band, 0), size)
    return _trace(np.array(scores, np.int64), predecessors)


def _trace(scores: I64, predecessors: list[int]) -> tuple[I64, I64]:
    """Follow predecessors from the best ends; a run belongs to the first chain that reaches it."""
    firsts = np.full(len(scores), -1, np.int64)  # the first run of the chain of each
    for end in np.lexsort((np.arange(len(scores)), -scores)).tolist():
        members = []
        run = end
        while run >= 0 and firsts[run] < 0:  # what is taken belongs to a better chain: this one starts after it
            members.append(run)
            firsts[run] = end
            run = predecessors[run]
        firsts[members] = members[-1:]
    chains = np.cumsum(firsts == np.arange(len(firsts)))[firsts] - 1
    return chains, np.argsort(chains, kind="stable")
