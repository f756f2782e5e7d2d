"""The format ``text``: a result to be read by people, the biggest findings first.

A cluster is a table of its documents. A passage is a heading, the text of its first occurrence, and for each further
occurrence its place and, where it was edited, what it has of its own. Long texts and long lists are shortened and what
is left out is counted; names and quoted text are harmless in a terminal (see `dedup.reports.terminal`).

With a verdict the passages are the new ones, each with the reason, the occurrences that make it new before the others;
the rest of the verdict is counted (or listed, with ``View.details``), and the last line says whether the check passed.
"""

from __future__ import annotations

from collections.abc import Iterator

from dedup.model import Cluster, Occurrence, Passage
from dedup.reports import View
from dedup.reports.excerpt import differences, excerpt, text_of
from dedup.reports.findings import closing, conclusion, lengths, order, shown
from dedup.reports.summary import (
    count,
    found,
    not_looked_for,
    nothing,
    ordered_clusters,
    ratio,
    read,
    skipped,
    spread,
    where,
)
from dedup.reports.terminal import Style, Unit, at_line_start, paint, printable, wrap
from dedup.result import Result
from dedup.verdict import Finding, Verdict

_GUTTER = "      │ "
"""Before each line of quoted text, so that no text can pass for a line of the report."""


def render(result: Result, view: View, verdict: Verdict | None = None) -> Iterator[str]:
    """Yield the report: clusters, passages, a summary."""
    yield from _Report(result, view, verdict).lines()


class _Report:
    def __init__(self, result: Result, view: View, verdict: Verdict | None) -> None:
        self.result = result
        self.view = view
        self.verdict = verdict
        self.characters = lengths(result)
        self.without_text: set[str] = set()

    def lines(self) -> Iterator[str]:
        clusters = ordered_clusters(self.result.clusters, self.view) if self.verdict is None else []
        findings = shown(self.result, self.verdict, self.view)
        limit = self.view.limit
        words = {document.id: document.words for document in self.result.documents}
        for cluster in clusters[: limit or None]:
            yield from self.cluster(cluster, words)
            yield "\n"
        yield from self.cut(len(clusters), "cluster")
        for finding in findings[: limit or None]:
            yield from self.finding(finding)
            yield "\n"
        yield from self.cut(len(findings), "passage" if self.verdict is None else "new passage")
        yield from self.summary() if self.verdict is None else self.closing(self.verdict)

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

    def finding(self, finding: Finding) -> Iterator[str]:
        """Yield a passage's heading, its text and its occurrences."""
        passage = finding.passage
        new = "" if self.verdict is None else "new: "
        yield self.heading(f"{new}{spread(passage)}", f"passage {printable(passage.id)}")
        if finding.reason:
            yield self.painted(f"  {at_line_start(finding.reason)}", "note")
        most = self.view.items
        numbers = order(finding)
        shown = [passage.occurrences[number] for number in numbers[: most or None]]
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
            notes = ", ".join(filter(None, ["new" if index < len(finding.fresh) else "", note]))
            place_and_note = paint(where(place), "place", self.view.color)
            yield f"  {place_and_note}{paint(f'  ({notes})' if notes else '', 'note', self.view.color)}\n"
            for line in wrap(quote, self.view.width - len(_GUTTER), self.view.color):
                yield f"{paint(_GUTTER, 'note', self.view.color)}{line}\n"
        if rest := [passage.occurrences[number] for number in numbers[len(shown) :]]:
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
        """Return the text of an occurrence, as `text_of` has it."""
        text = text_of(self.result, place, self.characters)
        if text is None:
            self.without_text.add(place.document)
        return text

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
        yield from self.inputs()

    def closing(self, verdict: Verdict) -> Iterator[str]:
        """Yield what there is beside the new passages and, last, whether the check passed."""
        new = verdict.of_status("new")
        if new:
            occurrences = sum(len(finding.passage.occurrences) for finding in new)
            yield f"{count(len(new), 'new passage')} with {count(occurrences, 'occurrence')}.\n"
        else:
            yield "No new passage.\n"
        for line in closing(verdict, self.view):
            yield f"{line}\n"
        yield from self.inputs()
        yield self.painted(conclusion(verdict), "heading")

    def inputs(self) -> Iterator[str]:
        """Yield what was read, and what was not."""
        if self.without_text:
            documents = count(len(self.without_text), "document")
            yield f"The text of {documents} shown here is not at hand or has changed since the scan: places only.\n"
        timed = self.verdict is None  # each run of a check prints the same
        yield f"{read(self.result, timed=timed)}\n"
        for line in skipped(self.result):
            yield f"{line}\n"

    def heading(self, text: str, name: str) -> str:
        return f"{paint(text, 'heading', self.view.color)}  {paint(f'({name})', 'note', self.view.color)}\n"

    def painted(self, text: str, style: Style) -> str:
        return f"{paint(text, style, self.view.color)}\n"
