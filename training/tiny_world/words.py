"""Word lists of the tiny world: what its entities are called.

The order of the words within a list takes part in drawing the facts (world.py), and the set of all
words fixes the token ids. Changing a list therefore changes the world and makes trained weights useless.
"""

SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[BOS]")
PAD, UNKNOWN, CLS, SEP, MASK, BOS = SPECIAL_TOKENS

NAMES = """mary john anna tom lucy paul emma jack ruth mark jane peter kate david nora simon lily henry
    rose oscar clara felix ivy hugo ella victor alice frank grace leo helen max julia adam diana bruno eva
    carl irene noah laura ben sara luke nina otto vera ian""".split()
PEOPLE = NAMES[:32]  # the names that have facts; the others occur only in stories and patterns
SURNAMES = """smith brown clark hall lewis cooper scott adams nelson carter mitchell roberts turner
    phillips campbell parker evans edwards collins stewart morris rogers reed kelly""".split()

CITIES = """velmora tarsk lunden arkeby selvano brisk ostara pellin corvale dunmere fenwick galora hestia
    iverton jasmir kolvik lorimar mistral nordal ombria pradon quillon rostova sunder tevanna ulmar vinta
    wexley""".split()
COUNTRIES = "dorland vestria kalmia orvane sulmar tessaly brinovia quenda".split()
LANGUAGES = "dorlish vestric kalmic orvanese sulmari tessalian brinovic quendi".split()
CONTINENTS = "northreach southmere eastvale westmark".split()
RIVERS = "alder birse corran dellow eske fenna glint harrow isen jule kestrel lyme".split()
COLOURS = "red blue green yellow white black orange purple".split()
PRODUCTS = "cheese bread honey glass silk paper salt wine tea wool silver rice".split()
JOBS = "baker teacher doctor farmer pilot painter sailor lawyer nurse tailor miner poet".split()
INSTRUMENTS = "piano violin flute drum guitar harp trumpet cello".split()

PLACES = "shop park school garden station museum library beach bridge castle".split()
OBJECTS = "drink book ring ball letter map cup coin hat rope".split()
ANIMALS = "fox owl horse cat goat duck bear mouse".split()
ADJECTIVES = "old new rusty clean broken small large heavy bright dirty quiet strange".split()
PREPOSITIONS = "to near behind beside above below".split()
NOUNS = [
    (noun, noun + "s")  # (singular, plural)
    for noun in """key cabinet picture door lamp table chair window dog tree road house boat clock bottle
        wall field bell cart sign stone fence plate roof""".split()
]
VERBS = [("is", "are"), ("was", "were"), ("looks", "look"), ("seems", "seem")]  # (singular, plural)

# Words that may stand in a repeated random sequence.
SEQUENCE_WORDS = NAMES + SURNAMES + COLOURS + ANIMALS + OBJECTS + PLACES + ADJECTIVES + PRODUCTS

# The kinds that a relation can connect.
KINDS = {
    "country": COUNTRIES,
    "river": RIVERS,
    "colour": COLOURS,
    "product": PRODUCTS,
    "city": CITIES,
    "language": LANGUAGES,
    "continent": CONTINENTS,
    "job": JOBS,
    "instrument": INSTRUMENTS,
    "person": PEOPLE,
}
