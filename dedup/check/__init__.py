"""The check: what in a result is new, and whether that is too much.

passages -> suppressed or kept -> compared with the baseline -> touched by the change -> limits -> verdict

A check looks for passages alone: a copied document is a passage that is nearly all of it. So a document that is edited
until it is no near-duplicate any more is still the same, known, passage.

>>> import dedup
>>> result = dedup.scan({"a.txt": "...", "b.txt": "..."}, dedup.Config(clusters=False))
>>> known = Baseline.of(result.passages, result.texts)  # or Baseline.read("known.jsonl")
>>> judge(result, Limits(max_new=0), baseline=known).passed
True
"""

from dedup.check.baseline import Baseline
from dedup.check.changes import Changes
from dedup.check.judge import Limits, judge
from dedup.check.markers import Marked, Marker, find_marks, note_marks
from dedup.check.suppress import Kept, suppress
from dedup.rules import Group, Override, Rules

__all__ = [
    "Baseline",
    "Changes",
    "Group",
    "Kept",
    "Limits",
    "Marked",
    "Marker",
    "Override",
    "Rules",
    "find_marks",
    "judge",
    "note_marks",
    "suppress",
]
