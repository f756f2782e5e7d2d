"""The format ``csv``: one row for each occurrence of a passage and for each document of a cluster (RFC 4180, UTF-8).

One table serves both, so that one file can be opened, filtered and joined; the first column says which a row is:

=================== ==================================== =======================================
column              ``record`` is ``passage``            ``record`` is ``cluster``
=================== ==================================== =======================================
id                  of the passage                       of the cluster
words               of the passage                       of the document
similarity          of the passage (its lowest)          Jaccard with the representative
containment         empty                                containment with the representative
kind                verbatim, reformatted, edited, ...   representative or member
occurrence          number of this occurrence, from 1    number of this document, from 1
occurrences         of the passage                       documents in the cluster
document            where it occurs                      the document
start ... end_column  the span                           empty
=================== ==================================== =======================================

With a verdict there is a last column, ``status``: ``new``, ``changed`` or ``known``, as the passage is, or
``suppressed`` for an occurrence that a rule removed.

So the documents to drop are those of the rows ``cluster`` whose kind is ``member``. Similarities have full precision.

A spreadsheet would run a document name that begins with ``=``, ``+``, ``-`` or ``@`` as a formula, and names may come
from strangers: an apostrophe is put before such a name (but not before a number), and before a name that begins with
an apostrophe, so removing one leading apostrophe always restores it. Control characters in a name stay, since CSV has
no way to write them otherwise (it belongs in a file, not in the log of a build server); only lone surrogates, which
UTF-8 cannot hold, become escapes such as ``\\udc80``.
Programs that need names untouched in every case read ``jsonl``.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator

from dedup.reports import View
from dedup.result import Result
from dedup.verdict import Verdict

COLUMNS = (
    *("record", "id", "words", "similarity", "containment", "kind", "occurrence", "occurrences", "document"),
    *("start", "end", "line", "column", "end_line", "end_column"),
)

# White space is skipped by spreadsheets that look for a formula; the full-width signs count as signs in some of them.
_FORMULA = re.compile(r"['\t\r\n]|\s*[=+\-@＝＋－＠]")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def render(result: Result, view: View, verdict: Verdict | None = None) -> Iterator[str]:
    """Yield the rows, passages first, in the order of the result; nothing of ``view`` matters."""
    findings = {finding.passage.id: finding for finding in verdict.findings} if verdict else {}
    yield _row(COLUMNS if verdict is None else (*COLUMNS, "status"))
    for passage in result.passages:
        head = ("passage", _cell(passage.id), passage.words, passage.similarity, "", passage.kind)
        finding = findings.get(passage.id)
        kept = set(finding.passage.occurrences) if finding else set()
        for number, place in enumerate(passage.occurrences, start=1):
            span = (place.start, place.end, place.line, place.column, place.end_line, place.end_column)
            status = () if verdict is None else (finding.status if finding and place in kept else "suppressed",)
            yield _row((*head, number, len(passage.occurrences), _cell(place.document), *span, *status))
    if verdict is not None:
        return  # a check looks for passages alone
    words = {document.id: document.words for document in result.documents}
    for cluster in result.clusters:
        documents = [(cluster.representative, 1.0, 1.0, "representative")]
        documents += [(member.document, member.jaccard, member.containment, "member") for member in cluster.members]
        for number, (name, jaccard, containment, kind) in enumerate(documents, start=1):
            row = ("cluster", _cell(cluster.id), words.get(name, ""), jaccard, containment, kind)
            yield _row((*row, number, len(documents), _cell(name), *[""] * 6))


def _cell(text: str) -> str:
    """Return text as a cell that no spreadsheet runs as a formula."""
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        text = f"'{text}"
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _row(values: Iterable[object]) -> str:
    line = io.StringIO(newline="")
    csv.writer(line, lineterminator="\r\n").writerow(values)
    return line.getvalue()
