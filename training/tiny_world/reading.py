"""How a model is asked an item's question: what it reads, at which token it answers, and what stands for a deleted word."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from .items import Item
from .words import BOS, CLS, MASK, SEP, UNKNOWN


@dataclass(frozen=True)
class Reading:
    """`masked`: the model reads the whole sentence with [MASK] for the answer; otherwise what comes before the answer.

    Positions of an item's tokens are the same in both, because both have one special token in front.
    """

    masked: bool
    deleted: str  # the token that stands for a deleted word

    def tokens(self, item: Item) -> list[str]:
        return [CLS, *item.tokens, MASK, *item.after, SEP] if self.masked else [BOS, *item.tokens]

    def answer(self, item: Item) -> int:
        """Position of the token whose output is the answer."""
        return len(item.tokens) + 1 if self.masked else len(item.tokens)

    def eligible(self, item: Item) -> list[int]:
        """Positions that an attribution may name: all but special tokens in front and behind, and the answering token."""
        last = len(self.tokens(item)) - 1
        return [position for position in range(1, last) if position != self.answer(item)]

    def groups(self, items: Iterable[Item]) -> list[list[Item]]:
        """Items of one length and one answering position, which one batch can hold."""
        groups = defaultdict(list)
        for item in items:
            groups[len(self.tokens(item)), self.answer(item)].append(item)
        return list(groups.values())


NEXT_WORD = Reading(masked=False, deleted=UNKNOWN)
MASKED_WORD = Reading(masked=True, deleted=MASK)
