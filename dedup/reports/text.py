"""The format ``text``: a result to be read by people, the biggest findings first.

A cluster is a table of its documents. A passage is a heading, the text of its first occurrence, and for each further
occurrence its place and, where it was edited, what it has of its own. Long texts and long lists are shortened and what
is left out is counted; names and quoted text are harmless in a terminal (see `dedup.reports.terminal`).
"""

from __future__ import annotations

from collections.abc import Iterator

from dedup.model import Cluster, Occurrence, Passage
from dedup.reports import View
from dedup.reports.excerpt import differences, excerpt
from dedup.reports.summary import (
    count,
    documents_of,
    found,
    not_looked_for,
    nothing,
    ordered_clusters,
    ordered_passages,
    ratio,
    read,
    skipped,
    where,
)
from dedup.reports.terminal import Style, Unit, paint, printable, wrap
from dedup.result import Result
from dedup.verdict import Verdict

_GUTTER = "      │ "
"""Before each line of quoted text, so that no text can pass for a line of the report."""


def render(result: Result, view: View, verdict: Verdict | None = None) -> Iterator[str]:
    """Yield the report: clusters, passages, a summary."""
    yield from _Report(result, view).lines()


class _Report:
    def __init__(self, result: Result, view: View) -> None:
        self.result = result
        self.view = view
        self.characters = {document.id: document.characters for document in result.documents}
        self.without_text: set[str] = set()

    def lines(self) -> Iterator[str]:
        clusters = ordered_clusters(self.result.clusters, self.view)
        passages = ordered_passages(self.result.passages, self.view)
        limit = self.view.limit
        words = {document.id: document.words for document in self.result.documents}
        for cluster in clusters[: limit or None]:
            yield from self.cluster(cluster, words)
            yield "\n"
        yield from self.cut(len(clusters), "cluster")
        for passage in passages[: limit or None]:
            yield from self.passage(passage)
            yield "\n"
        yield from self.cut(len(passages), "passage")
        yield from self.summary()

    def cluster(self, cluster: Cluster, words: dict[str, int]) -> Iterator[str]:
        """Yield a cluster's heading and the table of its documents, the most similar first."""
        heading = count(1 + len(cluster.members), "near-duplicate document")
        yield self.heading(heading, f"cluster {printable(cluster.id)}")
        yield self.painted("  jaccard  containment       words  document", "note")
        members = sorted(cluster.members, key=lambda item: (-item.jaccard, -item.containment, item.document))
        most = self.view.items
        rows = [("", "", cluster.representative, "  representative")]
        rows += [(ratio(item.jaccard), ratio(item.containment), item.document, "") for item in members[: most or None]]
        for jaccard, containment, name, note in rows:
            size = f"{words[name]:,}" if name in words else "?"
            place = paint(printable(name), "place", self.view.color)
            yield f"  {jaccard:>7}  {containment:>11}  {size:>10}  {place}{paint(note, 'note', self.view.color)}\n"
        if 0 < most < len(members):
            yield self.painted(f"  … and {len(members) - most:,} more", "note")

    def passage(self, passage: Passage) -> Iterator[str]:
        """Yield a passage's heading, its text and its occurrences."""
        alike = f", similarity {ratio(passage.similarity)}" if passage.similarity < 1 else ""
        times = count(len(passage.occurrences), "occurrence")
        spread = f"{times} in {count(documents_of(passage), 'document')}"
        heading = f"{count(passage.words, 'word')}, {passage.kind}{alike}, {spread}"
        yield self.heading(heading, f"passage {printable(passage.id)}")
        most = self.view.items
        shown = passage.occurrences[: most or None]
        texts = [self.text(place) for place in shown]
        quoted = next((index for index, text in enumerate(texts) if text is not None), None)
        reference = None if quoted is None else texts[quoted]
        for index, (place, text) in enumerate(zip(shown, texts, strict=True)):
            if reference is None:
                note, quote = "", list[Unit]()
            elif text is None:
                note, quote = "text not at hand", list[Unit]()
            elif index == quoted:
                note, quote = "", excerpt(text, self.view.excerpt)
            else:
                note, quote = self.compared(passage, reference, text)
            place_and_note = paint(where(place), "place", self.view.color)
            yield f"  {place_and_note}{paint(f'  ({note})' if note else '', 'note', self.view.color)}\n"
            for line in wrap(quote, self.view.width - len(_GUTTER), self.view.color):
                yield f"{paint(_GUTTER, 'note', self.view.color)}{line}\n"
        if len(shown) < len(passage.occurrences):
            rest = passage.occurrences[len(shown) :]
            documents = count(len({place.document for place in rest}), "document")
            yield self.painted(f"  … and {count(len(rest), 'more occurrence')} in {documents}", "note")

    def compared(self, passage: Passage, reference: str, text: str) -> tuple[str, list[Unit]]:
        """Return a note on how an occurrence differs from the one that is quoted, and the words that do."""
        if passage.kind == "verbatim":
            return "", []
        if text == reference:
            return "verbatim", []
        if passage.kind == "reformatted":
            return "same words", []
        view = self.view
        changes, quote = differences(reference, text, context=view.context, words=view.excerpt, most=view.items)
        return count(changes, "change") if changes else "same words", quote

    def text(self, place: Occurrence) -> str | None:
        """Return the text of an occurrence; none if the document is not at hand or is not the one that was scanned."""
        text = self.result.texts.get(place.document)
        if text is None or len(text) != self.characters.get(place.document, len(text)) or len(text) < place.end:
            self.without_text.add(place.document)
            return None
        return text[place.start : place.end]

    def cut(self, total: int, noun: str) -> Iterator[str]:
        """Yield how many findings the limit leaves out."""
        limit = self.view.limit
        if 0 < limit < total:
            smaller = "smaller " if self.view.sort == "size" else ""
            rest = count(total - limit, f"more, {smaller}{noun}" if smaller else f"more {noun}")
            yield self.painted(f"… and {rest}, not shown: the limit is {limit:,}; 0 shows all", "note")
            yield "\n"

    def summary(self) -> Iterator[str]:
        sentence = found(self.result)
        if sentence:
            yield self.painted(sentence, "heading")
            sentences = [*not_looked_for(self.result)]
        else:
            first, *sentences = nothing(self.result)
            yield self.painted(first, "heading")
        for sentence in sentences:
            yield f"{sentence}\n"
        if self.without_text:
            documents = count(len(self.without_text), "document")
            yield f"The text of {documents} shown here is not at hand or has changed since the scan: places only.\n"
        yield f"{read(self.result)}\n"
        for line in skipped(self.result):
            yield f"{line}\n"

    def heading(self, text: str, name: str) -> str:
        return f"{paint(text, 'heading', self.view.color)}  {paint(f'({name})', 'note', self.view.color)}\n"

    def painted(self, text: str, style: Style) -> str:
        return f"{paint(text, style, self.view.color)}\n"
