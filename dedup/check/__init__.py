"""The check: what in a result is new, and whether that is too much.

passages -> suppressed or kept -> compared with the baseline -> touched by the change -> limits -> verdict

A check looks for passages alone: a copied document is a passage that is nearly all of it. So a document that is edited
until it is no near-duplicate any more is still the same, known, passage.
"""

from dedup.check.judge import Limits, judge
from dedup.check.markers import Marked, Marker, find_marks, note_marks
from dedup.check.suppress import Kept, suppress
from dedup.rules import Group, Override, Rules

__all__ = [
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
