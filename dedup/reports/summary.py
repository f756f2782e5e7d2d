"""What the formats for people have in common: the order of findings, counts in words, and the closing summary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from dedup.model import Cluster, Occurrence, Passage, Skipped
from dedup.reports import View
from dedup.reports.terminal import at_line_start, printable
from dedup.result import Result

_NAMED = 3
"""How many of the skipped files are named for each reason."""


def count(number: int, noun: str, nouns: str = "") -> str:
    """Return ``1 word``, ``2,000 words``."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


def ratio(value: float) -> str:
    """Return a similarity with two digits; only what is alike in full is shown as 1.00."""
    return f"{value:.2f}" if value >= 1 else min(f"{value:.2f}", "0.99")


def where(place: Occurrence) -> str:
    """Return a place as ``path:line:column``, which editors and terminals open."""
    return f"{at_line_start(place.document)}:{place.line}:{place.column}"


def spread(passage: Passage) -> str:
    """Return ``59 words, edited, similarity 0.95, 3 occurrences in 2 documents``."""
    times = count(len(passage.occurrences), "occurrence")
    return f"{sort_of(passage)}, {times} in {count(documents_of(passage), 'document')}"


def sort_of(passage: Passage) -> str:
    """Return ``59 words, edited, similarity 0.95``."""
    alike = f", similarity {ratio(passage.similarity)}" if passage.similarity < 1 else ""
    return f"{count(passage.words, 'word')}, {passage.kind}{alike}"


def documents_of(passage: Passage) -> int:
    """Return in how many documents a passage occurs."""
    return len({place.document for place in passage.occurrences})


def rank(view: View, passage: Passage) -> tuple[object, ...]:
    """Return what passages are sorted by in a view."""
    if view.sort == "path":
        return (passage.occurrences, passage.id)
    return (-passage.words, -len(passage.occurrences), passage.occurrences)


def ordered_clusters(clusters: Iterable[Cluster], view: View) -> list[Cluster]:
    """Return clusters in the order of the view: most documents first; or by representative."""
    if view.sort == "path":
        return sorted(clusters, key=lambda cluster: cluster.representative)
    return sorted(clusters, key=lambda cluster: (-len(cluster.members), cluster.representative))


def found(result: Result) -> str:
    """Return one sentence on what was found; empty if that is nothing."""
    parts = []
    if result.clusters:
        documents = sum(1 + len(cluster.members) for cluster in result.clusters)
        parts.append(f"{count(len(result.clusters), 'cluster')} of {count(documents, 'near-duplicate document')}")
    if result.passages:
        occurrences = sum(len(passage.occurrences) for passage in result.passages)
        parts.append(f"{count(len(result.passages), 'passage')} with {count(occurrences, 'occurrence')}")
    return f"Found {' and '.join(parts)}." if parts else ""


def read(result: Result, *, timed: bool = True) -> str:
    """Return one sentence on what was read, in what time if that is asked for."""
    stats = result.stats
    time = f", in {stats.seconds:.1f} seconds" if timed else ""
    return f"Read {count(stats.documents, 'document')}, {count(stats.words, 'word')}{time}."


def skipped(result: Result) -> Iterator[str]:
    """Yield a line on how much was skipped, then one for each reason with its count and the first few names."""
    if not result.skipped:
        return
    yield f"Skipped {count(len(result.skipped), 'input')}:"
    reasons: dict[str, list[Skipped]] = {}
    for item in result.skipped:
        # The reason's kind stands before the colon, what is particular to one file after it.
        reasons.setdefault(item.reason.partition(":")[0], []).append(item)
    digits = len(f"{max(map(len, reasons.values())):,}")
    for reason, items in sorted(reasons.items(), key=lambda entry: (-len(entry[1]), entry[0])):
        names = ", ".join(printable(item.path) for item in items[:_NAMED])
        more = f" and {len(items) - _NAMED:,} more" if len(items) > _NAMED else ""
        detail = items[0].reason if len(items) == 1 else reason
        yield f"  {len(items):>{digits},}  {printable(detail)} ({names}{more})"


def nothing(result: Result) -> Iterator[str]:
    """Yield sentences that say that nothing was found, and what the reason may be."""
    setting = result.config.get
    missing = []
    if setting("passages", True):
        missing.append(f"no text {_setting(result, 'min-words', 'of {} words or more ')}occurs twice")
    if setting("clusters", True):
        missing.append("no two documents are near-duplicates")
    yield f"Nothing found: {' and '.join(missing) or 'neither passages nor clusters were looked for'}."
    if not missing:
        return
    if not result.documents:
        yield "No document was read, so there was nothing to compare."
        return
    least = setting("min-words")
    short = [document for document in result.documents if isinstance(least, int) and document.words < least]
    if setting("passages", True) and short:
        which = "All" if len(short) == len(result.documents) else f"{len(short):,} of"
        yield (
            f"{which} {count(len(result.documents), 'document')} {'has' if len(short) == 1 else 'have'} fewer than "
            f"{least} words, too few for a passage (min-words)."
        )
    if len(result.documents) == 1:
        yield "Only one document was read, so only repetition inside it could be found."
    if setting("passages", True):
        yield (
            f"A lower min-words {_setting(result, 'min-words', '(now {}) ')}finds shorter passages, a lower "
            f"min-similarity {_setting(result, 'min-similarity', '(now {}) ')}finds more heavily edited ones."
        )


def not_looked_for(result: Result) -> Sequence[str]:
    """Return a sentence for each kind of finding that the configuration switched off."""
    return [f"No {kind} were looked for." for kind in ("passages", "clusters") if not result.config.get(kind, True)]


def _setting(result: Result, name: str, form: str) -> str:
    value = result.config.get(name)
    return "" if value is None else form.format(printable(str(value)))
