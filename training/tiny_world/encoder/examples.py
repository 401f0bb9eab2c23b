"""The encoder's worked examples, chosen for the committed model. They explain the word behind [MASK]."""

from ..examples import Claims, Example

EXAMPLES = [
    Example(
        "masked-receiver",
        "indirect-object",
        "Who receives the drink? Asked of an encoder",
        "when mary and john went to the shop , john gave a drink to [MASK] .",
        "mary",
        "contrast",
        look="mary alone speaks for mary; the two johns add next to nothing, for or against.",
        why="This model reads the whole sentence at once. The decoder, asked the same, also lets the second john speak against john.",
        claims=Claims(largest={2}, negligible={1, *range(3, 17)}),
        rivals=["john"],
    ),
    Example(
        "masked-surname",
        "induction",
        "A gap in the middle of a list",
        "the team : mary hall , john smith , anna kelly . again : john [MASK] , anna kelly , mary hall .",
        "smith",
        "contrast",
        look="The answer comes from the earlier smith: not from john beside the gap, not from the surnames behind it.",
        why="The words on both sides of the gap are read, but only the first list says which surname belongs to john.",
        claims=Claims(largest={8}, negligible={*range(1, 8), *range(9, 16), *range(17, 24)}),
        rivals=["hall", "kelly"],
    ),
]
