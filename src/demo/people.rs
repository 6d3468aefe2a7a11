//! Who stands behind the records: people, households, organisations, masked buyers. Every attribute follows from the
//! seed and the entity's number alone, so that any part of the sample can be written by itself.

use super::calendar::day_number;
use super::rng::{Purpose, Rng, scatter};
use super::tables::chinese::{FEMALE, Han, MALE, SURNAMES};
use super::tables::places::{CITIES, City, ESTATES, FOREIGN_CITIES, ForeignCity, ROADS};
use super::tables::western::{
    ENGLISH_FEMALE, ENGLISH_MALE, ENGLISH_SURNAMES, GERMAN_FEMALE, GERMAN_MALE, GERMAN_SURNAMES, Given,
    JAPANESE_FEMALE, JAPANESE_MALE, JAPANESE_SURNAMES,
};

/// What an entity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Person,
    Organisation,
    /// Known only by what a marketplace shows: `张**`, `138****1234`.
    Masked,
}

/// A person's name in the script it is at home in.
#[derive(Debug, Clone, Copy)]
pub enum Name {
    Han { surname: &'static Han, first: &'static Han, second: Option<&'static Han> },
    Western { given: Given, surname: &'static str },
}

/// Where somebody lives.
#[derive(Debug, Clone, Copy)]
pub enum Home {
    China {
        city: &'static City,
        district: usize,
        road: &'static str,
        number: u32,
        estate: &'static str,
        building: u32,
        room: u32,
    },
    Abroad {
        city: &'static ForeignCity,
        street: &'static str,
        number: u32,
        flat: u32,
    },
}

impl Home {
    pub fn country(&self) -> &'static str {
        match self {
            Self::China { .. } => "CN",
            Self::Abroad { city, .. } => city.country,
        }
    }
}

/// One person or organisation and how they live with the retailer.
#[derive(Debug, Clone)]
pub struct Entity {
    pub index: u64,
    pub kind: Kind,
    pub name: Name,
    pub female: bool,
    pub birth_day: i32,
    pub home: Home,
    /// Where they lived before `moved_on`.
    pub former_home: Home,
    pub moved_on: i32,
    /// National digits.
    pub mobile: u64,
    /// The number before `mobile_changed_on`.
    pub former_mobile: u64,
    pub mobile_changed_on: i32,
    /// A child's or spouse's records may carry the parent's number.
    pub family_mobile: Option<u64>,
    /// The first day with the retailer.
    pub joined_on: i32,
    /// The day interest ends.
    pub leaves_on: i32,
    /// 0 to 1.
    pub satisfaction: f64,
    /// Orders a day on the web, before the season.
    pub online_pace: f64,
    /// Receipts a day in shops, before the season.
    pub offline_pace: f64,
    /// Against an ordinary basket.
    pub spending: f64,
}

/// The span that the sample covers.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    pub seed: u64,
    pub first_day: i32,
    pub last_day: i32,
}

/// Where the numbers of people who buy for organisations begin: beyond any sample.
pub const BUYERS: u64 = 100_000_000;

/// How many entities share a household at most; they stand side by side.
const BLOCK: u64 = 4;

/// Position of an entity in its household, and the household's number.
fn household(span: &Span, index: u64) -> (u64, u64) {
    let block = index / BLOCK;
    let position = index % BLOCK;
    let size = match Rng::new(span.seed, Purpose::Block, block).below(20) {
        0..10 => 1,
        10..14 => 2,
        14..17 => 3,
        _ => 4,
    };
    if position < size { (position, block) } else { (0, u64::MAX - index) }
}

fn kind(span: &Span, index: u64) -> Kind {
    match Rng::new(span.seed, Purpose::Household, index ^ 0x5bd1).below(100) {
        0..4 => Kind::Organisation,
        4..6 => Kind::Masked,
        _ => Kind::Person,
    }
}

/// A number of its own for the `ordinal`th SIM card of an entity.
fn mobile(home: &Home, index: u64, ordinal: u64) -> u64 {
    const PREFIXES: [u64; 25] = [
        130, 131, 132, 133, 135, 136, 137, 138, 139, 150, 151, 152, 155, 157, 158, 159, 176, 177, 180, 182,
        185, 186, 187, 188, 189,
    ];
    let own = scatter(index * 3 + ordinal, 25 * 100_000_000);
    match home.country() {
        "CN" => PREFIXES[(own / 100_000_000) as usize] * 100_000_000 + own % 100_000_000,
        "US" => (212 + own / 8_000_000) * 10_000_000 + 2_000_000 + own % 8_000_000,
        "JP" => 7_000_000_000 + own,
        "DE" => 15_100_000_000 + own,
        "GB" => 7_400_000_000 + own % 500_000_000,
        _ => 90_000_000 + own % 10_000_000,
    }
}

fn home(rng: &mut Rng, country: u32) -> Home {
    if country < 87 {
        Home::China {
            city: rng.pick_early(CITIES),
            district: rng.below(4) as usize,
            road: rng.word(ROADS),
            number: 1 + rng.below(320),
            estate: rng.word(ESTATES),
            building: 1 + rng.below(28),
            room: (1 + rng.below(28)) * 100 + 1 + rng.below(4),
        }
    } else {
        let city = rng.pick(FOREIGN_CITIES);
        Home::Abroad { city, street: rng.word(city.streets), number: 1 + rng.below(480), flat: rng.below(30) }
    }
}

fn name(rng: &mut Rng, home: &Home, female: bool, family: &mut Rng, shares_surname: bool) -> Name {
    let own = rng.fork();
    let mut surnames = if shares_surname { family.fork() } else { own };
    match home.country() {
        "CN" | "HK" => {
            let given = if female { FEMALE } else { MALE };
            let surname = surnames.pick_early(SURNAMES);
            let first = rng.pick_early(given);
            let second = (rng.below(100) < 72).then(|| rng.pick(given));
            Name::Han { surname, first, second }
        }
        country => {
            let (male, woman, families) = match country {
                "DE" => (GERMAN_MALE, GERMAN_FEMALE, GERMAN_SURNAMES),
                "JP" => (JAPANESE_MALE, JAPANESE_FEMALE, JAPANESE_SURNAMES),
                _ => (ENGLISH_MALE, ENGLISH_FEMALE, ENGLISH_SURNAMES),
            };
            let given = *rng.pick(if female { woman } else { male });
            Name::Western { given, surname: surnames.word(families) }
        }
    }
}

impl Entity {
    pub fn new(span: &Span, index: u64) -> Self {
        let (position, house) = household(span, index);
        let kind = kind(span, index);
        let mut shared = Rng::new(span.seed, Purpose::Household, house);
        let mut rng = Rng::new(span.seed, Purpose::Entity, index);
        let country = shared.below(100);
        let home_now = home(&mut shared, country);
        let former_home = home(&mut shared, country.min(86));
        let days = span.last_day - span.first_day;
        let moved_on = if shared.chance(120) { span.first_day + shared.between(0, days) } else { i32::MIN };
        let female = match position {
            0 => rng.chance(480),
            1 => rng.chance(930),
            _ => rng.chance(500),
        };
        let full_name = name(&mut rng, &home_now, female, &mut shared, position != 1);
        let year = match position {
            0 | 1 => 1965 + rng.between(0, 34),
            _ => 1996 + rng.between(0, 14),
        };
        let birth_day = day_number(year, 1, 1) + rng.between(0, 365);
        let (former_mobile, own_mobile) = (mobile(&home_now, index, 1), mobile(&home_now, index, 0));
        let mobile_changed_on =
            if rng.chance(110) { span.first_day + rng.between(0, days) } else { i32::MIN };
        let family_mobile = (position > 0 && kind == Kind::Person)
            .then_some(if position == 1 { 60 } else { 250 })
            .filter(|&permille| rng.chance(permille))
            .map(|_| mobile(&home_now, index - position, 0));
        // Growth: joining is denser towards the end; a fifth were there before the span begins.
        let joined_on = if rng.chance(200) {
            span.first_day - rng.between(1, 900)
        } else {
            span.first_day + (f64::from(days) * rng.unit().powf(0.72)) as i32
        };
        let satisfaction = (0.25 + 0.75 * (rng.unit() + rng.unit() + rng.unit()) / 3.0 * 1.3).min(1.0);
        let stay = 60.0 + 900.0 * satisfaction * satisfaction * rng.exponential();
        let business = if kind == Kind::Organisation { 2.2 } else { 1.0 };
        Self {
            index,
            kind,
            name: full_name,
            female,
            birth_day,
            home: home_now,
            former_home,
            moved_on,
            mobile: inherited(span, index, mobile_changed_on).unwrap_or(own_mobile),
            former_mobile,
            mobile_changed_on,
            family_mobile,
            joined_on,
            leaves_on: joined_on.max(span.first_day) + stay.min(9000.0) as i32,
            satisfaction,
            online_pace: business * 0.0105 * rng.exponential() * (0.4 + rng.unit()),
            offline_pace: 0.0125 * rng.exponential() * (0.4 + rng.unit()),
            spending: business * (0.35 + 0.9 * rng.unit() + 0.4 * rng.exponential()),
        }
    }

    /// The number that a record made on a day carries.
    pub fn mobile_on(&self, day: i32) -> u64 {
        if day < self.mobile_changed_on { self.former_mobile } else { self.mobile }
    }

    pub fn home_on(&self, day: i32) -> &Home {
        if day < self.moved_on { &self.former_home } else { &self.home }
    }

    pub fn country(&self) -> &'static str {
        self.home.country()
    }
}

/// A number that a stranger gave up and the telecom handed on; only people in China who have kept one number.
fn inherited(span: &Span, index: u64, mobile_changed_on: i32) -> Option<u64> {
    let mut rng = Rng::new(span.seed, Purpose::Contact, index);
    if mobile_changed_on != i32::MIN || index < 41 || !rng.chance(12) {
        return None;
    }
    let before = index - 37;
    let (_, house) = household(span, before);
    let mut shared = Rng::new(span.seed, Purpose::Household, house);
    let country = shared.below(100);
    let theirs = home(&mut shared, country);
    let (_, own_house) = household(span, index);
    let at_home = Rng::new(span.seed, Purpose::Household, own_house).below(100) < 87;
    (country < 87 && at_home && kind(span, before) == Kind::Person).then(|| mobile(&theirs, before, 1))
}
