"""What the system gets back of the memory that arrays no longer need."""

from __future__ import annotations


def give_back_memory() -> None:
    """Give memory that was freed back to the system, where the allocator would keep it for later.

    It keeps more than it will need: arrays of one stage leave holes in which those of the next do not fit. How that is
    asked for, if it can be, only the native kernels know.
    """
