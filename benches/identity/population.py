"""The people behind the generated records: families, names, births, homes, mobiles and emails. Makes no error and no record.

Every person has what is true of them now (`_now`) and, for those who moved or changed it, what was true before
(`_before`). Families share a home; minors often, and adults now and then, give the number of the family's head.
"""

import numpy as np
import polars as pl

import names

CHINESE_SHARE = 0.6
FAMILY_SIZE_SHARES = [0.35, 0.25, 0.20, 0.14, 0.06]
SINGLE_CHARACTER_SHARE = 0.15
MOVED, CHANGED_MOBILE, CHANGED_EMAIL = 0.12, 0.15, 0.20
MINOR_USES_HEADS_MOBILE, ADULT_USES_HEADS_MOBILE, SPOUSE_USES_HEADS_EMAIL = 0.6, 0.06, 0.04
# A number that was given up and now belongs to somebody else.
PASSED_ON_MOBILE = 0.01
TWINS = 0.03
TODAY = np.datetime64("2026-06-30")
CHINESE_DOMAINS = ["163.com", "126.com", "sina.com", "139.com", "foxmail.com", "outlook.com"]
WESTERN_DOMAINS = ["gmail.com", "hotmail.com", "outlook.com", "yahoo.com", "icloud.com", "btinternet.com", "proton.me"]


def frequencies(count, flattening):
    """Zipf–Mandelbrot: the share of the name at each rank is proportional to 1 / (rank + flattening)."""
    weight = 1 / (np.arange(1, count + 1) + flattening)
    return weight / weight.sum()


def first_names():
    return list(dict.fromkeys([entry[0] for entry in names.FIRST_NAMES] + made_of(
        names.FIRST_NAME_STARTS, names.FIRST_NAME_ENDS)))


def surnames():
    return list(dict.fromkeys(names.SURNAMES + made_of(names.SURNAME_STARTS, names.SURNAME_ENDS)))


def made_of(starts, ends):
    made = [start + end for start in starts for end in ends]
    np.random.default_rng(0).shuffle(made)
    return made


def take(values, codes):
    return pl.Series(values, dtype=pl.String).gather(codes)


def population(people, seed):
    """One row per person, as a polars frame; the same for the same count and seed."""
    rng = np.random.default_rng([seed, 0])
    family, member = families(people, rng)
    head = np.concatenate(([0], np.flatnonzero(np.diff(family)) + 1))[family]
    chinese = (rng.random(family[-1] + 1) < CHINESE_SHARE)[family]
    table = pl.DataFrame({"chinese": chinese})
    table = table.with_columns(**named(rng, chinese, member, head))
    table = table.with_columns(birth_date=births(rng, member))
    table = table.with_columns(**homes(rng, chinese, family))
    table = table.with_columns(**mobiles(rng, table, member, head))
    return table.with_columns(**emails(rng, table, member, head))


def families(people, rng):
    """The family of every person, and the place in it: 0 the head, 1 the spouse, from 2 the children."""
    sizes = rng.choice(np.arange(1, 6), size=people, p=FAMILY_SIZE_SHARES)
    ends = np.cumsum(sizes)
    family = np.searchsorted(ends, np.arange(people), side="right")
    return family, np.arange(people) - (ends - sizes)[family]


def named(rng, chinese, member, head):
    people = len(chinese)
    draw = lambda values, flattening: rng.choice(len(values), size=people, p=frequencies(len(values), flattening))
    # Chinese wives keep their surname, most Western ones do not.
    own = (member == 0) | ((member == 1) & (chinese | (rng.random(people) < 0.2)))
    kept = np.where(own, np.arange(people), head)
    east_surname, west_surname = (draw(values, flattening)[kept] for values, flattening in (
        (names.CHINESE_SURNAMES, 3), (surnames(), 10)))
    first, second = draw(names.GIVEN_CHARACTERS, 15), draw(names.GIVEN_CHARACTERS, 15)
    second = np.where(rng.random(people) < SINGLE_CHARACTER_SHARE, len(names.GIVEN_CHARACTERS), second)
    west_first = draw(first_names(), 10)
    short = {entry[0]: entry[1].split(",") for entry in names.FIRST_NAMES if len(entry) == 2}
    shorts = [(short.get(name) or [name])[rank % len(short.get(name) or [name])]
              for name in first_names() for rank in range(2)]
    either = lambda east, west: pl.select(pl.when(pl.Series(chinese)).then(east).otherwise(west)).to_series()
    characters, readings = ([entry[place] for entry in names.GIVEN_CHARACTERS] + [""] for place in (0, 1))
    # What friends say: 阿 before the last character.
    called = "阿" + take(characters, np.where(second < len(characters) - 1, second, first))
    west_surnames = take(surnames(), west_surname)
    west_firsts = take(first_names(), west_first)
    return {
        "first_name": either(take(characters, first) + take(characters, second), west_firsts),
        "surname": either(take([entry[0] for entry in names.CHINESE_SURNAMES], east_surname), west_surnames),
        "first_name_latin": either(take(readings, first) + take(readings, second), west_firsts),
        "surname_latin": either(take([entry[1] for entry in names.CHINESE_SURNAMES], east_surname), west_surnames),
        "nickname": either(called, take(shorts, west_first * 2 + rng.integers(0, 2, people))),
    }


def births(rng, member):
    """Days of birth: spouses are of like age, children 20 years younger than the head or more, some of them twins."""
    people = len(member)
    age_days = (rng.triangular(20, 38, 85, people) * 365.25).astype(np.int64)
    head_age = age_days[np.arange(people) - member]
    spouse = head_age + rng.integers(-6 * 365, 6 * 365, people)
    child = (rng.random(people) * np.maximum(head_age - 20 * 365, 365)).astype(np.int64)
    age_days = np.where(member == 0, age_days, np.where(member == 1, spouse, child))
    twin = np.flatnonzero((member > 2) & (rng.random(people) < TWINS))
    age_days[twin] = age_days[twin - 1]
    return pl.Series(TODAY - age_days.astype("timedelta64[D]"))


def homes(rng, chinese, family):
    count = family[-1] + 1
    moved = rng.random(count) < MOVED
    columns = {}
    for when in ("now", "before"):
        east = rng.choice(len(names.CHINESE_CITIES), size=count, p=frequencies(len(names.CHINESE_CITIES), 4))
        west = rng.choice(len(names.WESTERN_CITIES), size=count, p=frequencies(len(names.WESTERN_CITIES), 4))
        place = rng.integers(0, 500, count)
        if when == "now":
            east_now, west_now, place_now = east, west, place
        else:
            stayed_in_city = ~moved | (rng.random(count) < 0.6)
            east, west = np.where(stayed_in_city, east_now, east), np.where(stayed_in_city, west_now, west)
            place = np.where(moved, place, place_now)
        digits = pl.Series(place[family])
        letters = "abdefghjln"
        western = (
            take([entry[1] for entry in names.WESTERN_CITIES], west[family]) + (digits // 50 + 1).cast(pl.String) + " "
            + (digits // 5 % 10).cast(pl.String) + take(list(letters), place[family] % 10)
            + take(list(letters), place[family] // 7 % 10)
        )
        chinese_code = take([entry[2] for entry in names.CHINESE_CITIES], east[family]) + digits.cast(
            pl.String).str.zfill(3)
        either = lambda one, other: pl.select(pl.when(pl.Series(chinese)).then(one).otherwise(other)).to_series()
        columns[f"postcode_{when}"] = either(chinese_code, western)
        for script, column in ((0, f"city_{when}"), (1, f"city_latin_{when}")):
            columns[column] = either(
                take([entry[script] for entry in names.CHINESE_CITIES], east[family]),
                take([entry[0] for entry in names.WESTERN_CITIES], west[family]),
            )
    return columns


def mobiles(rng, table, member, head):
    """Numbers are made from owners one to one, so that strangers share one only where it was passed on."""
    people, chinese = table.height, table["chinese"].to_numpy()
    minor = table["birth_date"].to_numpy() > TODAY - np.timedelta64(18 * 365, "D")
    share = np.where(minor, MINOR_USES_HEADS_MOBILE, ADULT_USES_HEADS_MOBILE)
    uses_heads = (member > 0) & (rng.random(people) < share)
    owner = np.where(uses_heads, head, np.arange(people)).astype(np.int64)
    changed = rng.random(people) < CHANGED_MOBILE
    passed_on = (rng.random(people) < PASSED_ON_MOBILE) & ~uses_heads
    current = owner * 2
    if changed.any():
        current = np.where(passed_on, rng.choice(np.flatnonzero(changed), people) * 2 + 1, current)
    before = np.where(changed, np.arange(people) * 2 + 1, current)
    number = lambda line: np.where(
        chinese, 13_000_000_000 + line * 2_654_435_761 % 7_000_000_000, 7_000_000_000 + line * 654_435_761 % 10**9)
    text = lambda line: pl.Series(number(line)).cast(pl.String).str.zfill(11)
    return {"mobile_now": text(current), "mobile_before": text(before)}


def emails(rng, table, member, head):
    """Addresses are made of names, with a number where the name is taken; a third of Chinese ones are a QQ number."""
    people = table.height
    qq = pl.Series(np.arange(people) * 1_500_450_271 % 9_000_000_000 + 1_000_000_000).cast(pl.String) + "@qq.com"
    first, last = table["first_name_latin"], table["surname_latin"]
    shapes = [first + "." + last, last + first, first.str.slice(0, 1) + last, first + "_" + last]
    columns = {}
    # No local part holds a digit, so the number and what stands before it keep all addresses apart.
    for when, before_number, qq_share in (("now", "", 0.35), ("before", "_", 0.0)):
        shape = pl.Series(rng.choice(len(shapes), size=people, p=[0.4, 0.3, 0.2, 0.1]))
        local = pl.select(pl.coalesce(*(pl.when(shape == at).then(text) for at, text in enumerate(shapes)))).to_series()
        domain = lambda values: take(values, rng.choice(len(values), size=people, p=frequencies(len(values), 0)))
        drawn = {"local": local, "east": domain(CHINESE_DOMAINS), "west": domain(WESTERN_DOMAINS), "qq": qq,
                 "chinese": table["chinese"], "uses_qq": rng.random(people) < qq_share}
        taken = pl.int_range(pl.len()).over("local")
        number = pl.when((taken == 0) & (before_number == "")).then(pl.lit("")).otherwise(
            before_number + taken.cast(pl.String))
        address = pl.col("local") + number + "@" + pl.when("chinese").then("east").otherwise("west")
        columns[when] = pl.DataFrame(drawn).select(
            pl.when(pl.col("chinese") & pl.col("uses_qq")).then("qq").otherwise(address)).to_series()
    uses_heads = (member == 1) & (rng.random(people) < SPOUSE_USES_HEADS_EMAIL)
    now = columns["now"].gather(np.where(uses_heads, head, np.arange(people)))
    changed = pl.Series(rng.random(people) < CHANGED_EMAIL)
    before = pl.select(pl.when(changed).then(columns["before"]).otherwise(now)).to_series()
    return {"email_now": now, "email_before": before}
