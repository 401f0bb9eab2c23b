"""Sentence templates of the tiny world: the relations between entities, and the fixed patterns.

A relation's template has one slot {s} for the subject and ends with {o}, the object: one word, so one token.
"""

from typing import NamedTuple


class Relation(NamedTuple):
    """A kind of fact. `subject` and `object` are kinds of `words.KINDS`; a derived relation follows from two others."""

    subject: str
    object: str
    templates: tuple[str, str, str]
    derived: bool = False


RELATIONS = {
    "city_country": Relation(
        "city", "country", ("{s} is a city in {o}", "the city of {s} lies in {o}", "the country of {s} is {o}")
    ),
    "city_river": Relation(
        "city",
        "river",
        ("the river that crosses {s} is the {o}", "{s} stands on the river {o}", "the river of {s} is the {o}"),
    ),
    "city_flag": Relation(
        "city", "colour", ("the flag of {s} is {o}", "{s} has a flag that is {o}", "the flag over {s} shows {o}")
    ),
    "city_product": Relation(
        "city", "product", ("{s} is famous for its {o}", "people visit {s} for its {o}", "the market of {s} sells {o}")
    ),
    "country_capital": Relation(
        "country", "city", ("the capital of {s} is {o}", "{s} has its capital at {o}", "the king of {s} rules from {o}")
    ),
    "country_language": Relation(
        "country", "language", ("people in {s} speak {o}", "the language of {s} is {o}", "most songs of {s} are in {o}")
    ),
    "country_continent": Relation(
        "country", "continent", ("the continent of {s} is {o}", "{s} is a part of {o}", "{s} belongs to {o}")
    ),
    "person_city": Relation("person", "city", ("{s} lives in {o}", "the home of {s} is {o}", "{s} has a house in {o}")),
    "person_job": Relation(
        "person", "job", ("{s} works as a {o}", "the job of {s} is {o}", "{s} earns money as a {o}")
    ),
    "person_instrument": Relation(
        "person", "instrument", ("{s} plays the {o}", "the instrument of {s} is the {o}", "{s} owns a {o}")
    ),
    "city_language": Relation(
        "city",
        "language",
        ("people in {s} speak {o}", "the language of {s} is {o}", "most songs of {s} are in {o}"),
        derived=True,
    ),
    "person_country": Relation(
        "person",
        "country",
        ("{s} comes from {o}", "the home country of {s} is {o}", "{s} is a citizen of {o}"),
        derived=True,
    ),
    "person_language": Relation(
        "person", "language", ("{s} speaks {o}", "the language of {s} is {o}", "{s} sings in {o}"), derived=True
    ),
}
DERIVED_RELATIONS = tuple(name for name, relation in RELATIONS.items() if relation.derived)

# Words that name a relation: they say what kind of answer is asked for, not which one.
RELATION_WORDS = frozenset(
    """belongs capital citizen city comes continent country crosses earns famous flag home
    house instrument job king language lives market money owns part plays river rules sells shows sings songs
    speak speaks stands visit works""".split()
)

# {a} and {b} are two names in order of appearance, {s} the one repeated, {io} the other: the answer.
INDIRECT_OBJECT_TEMPLATES = (
    "when {a} and {b} went to the {place} , {s} gave a {thing} to {io}",
    "after {a} and {b} arrived at the {place} , {s} handed the {thing} to {io}",
    "while {a} and {b} were at the {place} , {s} passed a {thing} to {io}",
    "{a} and {b} met at the {place} . then {s} gave the {thing} to {io}",
    "{a} and {b} had a long talk at the {place} . later {s} sent the {thing} to {io}",
)

# Sentences without a determined word: they keep the words of the world from meaning one thing only.
STORY_TEMPLATES = (
    "the {adjective} {animal} slept near the {place} .",
    "{name} saw a {adjective} {animal} in the {place} .",
    "{name} lost a {thing} and found it at the {place} .",
    "the {animal} ran from the {other_animal} .",
    "it was a {adjective} day and {name} walked to the {place} .",
    "{name} put a {adjective} {thing} in a {colour} box .",
    "there was a {adjective} {place} with a {colour} roof .",
    "{name} asked {other_name} about the {thing} .",
    "the {colour} {animal} likes {product} .",
    "{name} bought {product} and a {colour} {thing} .",
)

# Words of the patterns built in patterns.py, and one spare; listed here because they take part in the token ids.
PATTERN_WORDS = ". , and the team again : which".split()
