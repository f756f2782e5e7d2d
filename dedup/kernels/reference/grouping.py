"""What has equal hashes, which of it to pair, and how much sets share, in numpy."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from dedup.arrays import I64, U64, Flags, Places, Sides, narrowed
from dedup.kernels.reference.hashing import hash_windows


def equal_groups(hashes: U64) -> tuple[I64, I64]:
    """Group the indices of equal hashes.

    Returns the indices (``int64[n]``), group after group by ascending hash and ascending within a group, and the sizes
    of the groups (``int64[n_groups]``, each at least 2). Hashes that stand alone are left out.
    """
    order = np.argsort(hashes, kind="stable")
    hashes = hashes[order]
    fresh = np.ones(len(hashes), bool)
    fresh[1:] = hashes[1:] != hashes[:-1]
    sizes = np.diff(np.flatnonzero(fresh), append=len(hashes))
    return order[np.repeat(sizes > 1, sizes)], sizes[sizes > 1]


def equal_windows(
    keys: U64, starts: Flags, offsets: I64, size: int, part: int = 0, parts: int = 1
) -> tuple[Places, I64]:
    """Group the places from which ``size`` tokens are equal.

    ``keys`` and ``offsets`` are those of the tokens of documents; ``starts`` (``bool[n_tokens]``) marks the places that
    are looked at, if as many tokens follow in their document. Returns the places (`arrays.narrowed`), group after group
    by ascending `hash_windows` and ascending within a group, and the sizes of the groups (``int64[n_groups]``, each at
    least 2). Places that stand alone are left out.

    Only hashes that are ``part`` modulo ``parts`` (1, 2, 4, ...) are looked at: so this can be done side by side.
    """
    places = np.flatnonzero(starts)
    ends = np.repeat(offsets[1:], np.diff(np.searchsorted(places, offsets)))
    places = places[places + size <= ends]
    hashes = hash_windows(keys, places, size) if len(places) else keys[:0]
    own = np.flatnonzero(hashes % np.uint64(parts) == part)
    order, sizes = equal_groups(hashes[own])
    return narrowed(places[own[order]], len(keys)), sizes


def link_groups(sizes: I64, limit: int, back: int) -> tuple[I64, I64]:
    """Choose which members of groups to pair.

    Groups of ``sizes`` members lie one after the other and members are known by their place. A group of up to
    ``limit`` gives all its pairs; in a larger one each member is paired with its ``back`` predecessors and with the
    first, so that the number of pairs is linear and the group stays connected. Returns the places of the earlier and
    of the later members, ``int64[n_pairs]`` each, by the later one and then from the nearest to the farthest.
    """
    places = np.arange(sizes.sum())
    first = np.repeat(np.cumsum(sizes) - sizes, sizes)
    large = np.repeat(sizes > limit, sizes)
    rank = places - first
    counts = np.where(large, np.minimum(rank, back + 1), rank)
    later = np.repeat(places, counts)
    step = np.arange(len(later)) - np.repeat(np.cumsum(counts) - counts, counts)
    earlier = np.where(large[later] & (step == back), first[later], later - 1 - step)
    return earlier, later


def link_postings(
    places: Places, sizes: I64, offsets: I64, clusters: I64, settled: Flags, cuts: I64, limit: int, back: int
) -> list[list[Sides]]:
    """Pair the postings of groups as `link_groups` does, but for what is linked or explained already.

    ``places`` are token places, group after group, ascending within each; ``offsets`` the documents';
    ``clusters`` (``int64[n_documents]``) tells which documents are not paired with each other, though each may be with
    itself. Postings of large groups at which ``settled`` (``bool[n_tokens]``) is true are not paired with those before
    them. In a large group a posting is paired with the one before it instead of the first where that is of its own
    document: this suffices, and in a periodic text links to the first would be quadratic later on. And whoever cannot
    be paired with the first, for being of its cluster, is paired with the first posting of another cluster.

    Returns left and right places, left < right, some at a time, for each range of documents in which the left ones lie:
    ``cuts`` (``int64[n_ranges + 1]``) tells the documents with which ranges begin. In a range first come the pairs of
    `link_groups` in its order, then those with the first of another cluster by group and posting.
    """
    document = np.searchsorted(offsets, places, "right") - 1
    cluster = clusters[document]
    large = np.repeat(sizes > limit, sizes)
    earlier, later = link_groups(sizes, limit, back)
    dropped = (cluster[earlier] == cluster[later]) & (document[earlier] != document[later])
    dropped |= large[later] & settled[places[later]]
    again = large[later] & (later - earlier > back) & (document[later] == document[later - 1])
    earlier[again] = later[again] - 1
    mates, outsiders = _outside_pairs(sizes[sizes > limit], np.flatnonzero(large), cluster)
    left = np.concatenate([places[earlier[~dropped]], places[np.minimum(mates, outsiders)]])
    right = np.concatenate([places[later[~dropped]], places[np.maximum(mates, outsiders)]])
    begins = offsets[cuts].tolist()
    within = [(first <= left) & (left < last) for first, last in pairwise(begins)]
    return [[(narrowed(left[own], len(settled)), narrowed(right[own], len(settled)))] for own in within]


def _outside_pairs(sizes: I64, members: I64, cluster: I64) -> tuple[I64, I64]:
    """Return the members that are of the cluster of their group's first one, each with the group's first member of
    another cluster (left out where there is none)."""
    if not len(sizes):
        return members, members
    begins = np.cumsum(sizes) - sizes
    outside = cluster[members] != np.repeat(cluster[members[begins]], sizes)
    first = np.minimum.reduceat(np.where(outside, members, len(cluster)), begins)
    first = np.repeat(first, sizes)
    mates = ~outside & (first < len(cluster))
    return members[mates], first[mates]


def shared_counts(values: U64, offsets: I64, left: I64, right: I64) -> I64:
    """Return how many values the sets numbered ``left`` and ``right`` (``int64[n]`` each) share, ``int64[n]``.

    The i-th set is ``values[offsets[i]:offsets[i + 1]]``, sorted and distinct.
    """
    begins, ends = offsets[:-1].tolist(), offsets[1:].tolist()
    counts = np.zeros(len(left), np.int64)
    for number, (a, b) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        small, large = sorted((values[begins[a] : ends[a]], values[begins[b] : ends[b]]), key=len)
        if len(small):
            at = np.minimum(np.searchsorted(large, small), len(large) - 1)
            counts[number] = np.count_nonzero(large[at] == small)
    return counts
