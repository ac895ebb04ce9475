//! A truck's way drawn as the road over the mountains: how high its places lie is known, how far it is, the hours tell.

use chrono::{DateTime, Utc};

use super::view::{TrackRoad, TrackStation};
use crate::shipments;
use crate::texts::{self, Lang};

/// Width of the drawing.
const WIDTH: f64 = 360.0;
/// From its edge to the first and the last place.
const EDGE: f64 = 26.0;
/// Where a place lies that is as low as the sea, and how much higher a pass is.
const LOW: f64 = 134.0;
const CLIMB: f64 = 98.0;
/// Names would stand in each other's way if there were more of them.
const MOST_NAMES: usize = 7;

/// How high a place lies, of the height of a pass.
fn height(code: &str) -> f64 {
    match code {
        "torugart" | "bedel" => 1.0,
        "irkeshtam" => 0.92,
        "naryn" => 0.58,
        "kashgar" => 0.4,
        "urumqi" | "osh" | "khorgos" => 0.28,
        "bishkek" => 0.24,
        "guangzhou" | "yiwu" => 0.02,
        _ => 0.3,
    }
}

/// The drawing and the words beside it.
pub(super) struct Map {
    /// Its places, in their sequence.
    pub places: Vec<Place>,
    /// The whole road, as the `d` of an SVG path.
    pub road: String,
    /// The part of it that lies behind the truck.
    pub gone: String,
    /// The mountain below the road.
    pub ground: String,
    /// Where the truck is; nowhere before it left.
    pub truck: Option<(String, String)>,
}

/// A place of the drawing, and what is known of it.
pub(super) struct Place {
    /// Its name in the reader's language, where we have it.
    pub name: String,
    /// Whether the truck was there, is there, or is still to come.
    pub state: &'static str,
    /// When it was there, or is expected.
    pub day: Option<String>,
    /// Across.
    pub x: String,
    /// Down.
    pub y: String,
    /// How its name stands to that: the ends would leave the picture.
    pub anchor: &'static str,
    /// Down, of its name; none where there is no room.
    pub name_y: Option<u8>,
}

#[derive(Clone, Copy)]
struct Point {
    x: f64,
    y: f64,
}

impl Map {
    /// The drawing of a way at an instant; none of a way that leads nowhere.
    pub fn of(lang: Lang, road: &TrackRoad, now: DateTime<Utc>) -> Option<Map> {
        let last = road.stations.len().checked_sub(1).filter(|last| *last > 0)?;
        let points: Vec<Point> = road
            .stations
            .iter()
            .enumerate()
            .map(|(index, station)| Point {
                x: EDGE + (WIDTH - 2.0 * EDGE) * index as f64 / last as f64,
                y: LOW - CLIMB * height(&station.code),
            })
            .collect();
        let here = road.stations.iter().rposition(|station| station.passed_at.is_some());
        let share = here.map_or(0.0, |here| gone_share(&road.stations, here, now));
        let whole = path(&points);
        let truck = here.map(|here| split(&points, here, share));
        let gone = here.map_or_else(String::new, |here| gone(&points, here, share));
        Some(Map {
            places: road
                .stations
                .iter()
                .zip(&points)
                .enumerate()
                .map(|(index, (station, point))| place(lang, station, *point, (index, last), here, share))
                .collect(),
            ground: format!("{whole}L{} 200L{} 200Z", number(WIDTH - EDGE), number(EDGE)),
            road: whole,
            gone,
            truck: truck.map(|(_, at)| (number(at.x), number(at.y))),
        })
    }
}

fn place(
    lang: Lang,
    station: &TrackStation,
    point: Point,
    (index, last): (usize, usize),
    here: Option<usize>,
    share: f64,
) -> Place {
    let is_named = last < MOST_NAMES || index == 0 || index == last || Some(index) == here;
    let state = match here {
        Some(here) if index == here && (share == 0.0 || index == last) => "now",
        Some(here) if index <= here => "done",
        _ => "next",
    };
    Place {
        name: name(lang, &station.code, &station.place),
        state,
        day: station.passed_at.or(station.expected_at).or(station.planned_at).map(|at| texts::day(lang, at)),
        x: number(point.x),
        y: number(point.y),
        anchor: if index == 0 {
            "start"
        } else if index == last {
            "end"
        } else {
            "middle"
        },
        name_y: is_named.then_some(if index % 2 == 0 { 168 } else { 188 }),
    }
}

/// A place in the reader's language, where we have a word for it.
pub(super) fn name(lang: Lang, code: &str, place: &str) -> String {
    if shipments::is_known_place(code) { texts::text(lang, &format!("place-{code}"), &[]) } else { place.to_owned() }
}

/// How much of the way to the next station is behind the truck, by the hours; never all of it before it was seen there.
fn gone_share(stations: &[TrackStation], here: usize, now: DateTime<Utc>) -> f64 {
    let next = stations.get(here + 1).and_then(|next| next.expected_at);
    let Some((left, next)) = stations[here].passed_at.zip(next) else { return 0.0 };
    let (passed, whole) = ((now - left).num_minutes(), (next - left).num_minutes());
    if whole <= 0 { 0.0 } else { (passed as f64 / whole as f64).clamp(0.0, 0.85) }
}

/// The curve between two points, which leaves and reaches them level.
fn bends(from: Point, to: Point) -> [Point; 4] {
    let middle = (from.x + to.x) / 2.0;
    [from, Point { x: middle, y: from.y }, Point { x: middle, y: to.y }, to]
}

fn path(points: &[Point]) -> String {
    let mut path = String::new();
    for (index, pair) in points.windows(2).enumerate() {
        let [from, one, two, to] = bends(pair[0], pair[1]);
        if index == 0 {
            path += &format!("M{} {}", number(from.x), number(from.y));
        }
        path += &curve([one, two, to]);
    }
    path
}

fn curve(points: [Point; 3]) -> String {
    let [one, two, to] = points.map(|point| format!("{} {}", number(point.x), number(point.y)));
    format!("C{one} {two} {to}")
}

/// The beginning of the curve from a station to the next, as far as the truck came, and its end: de Casteljau's way.
fn split(points: &[Point], here: usize, share: f64) -> ([Point; 3], Point) {
    let from = points[here];
    let to = points.get(here + 1).copied().unwrap_or(from);
    let between =
        |one: Point, other: Point| Point { x: one.x + (other.x - one.x) * share, y: one.y + (other.y - one.y) * share };
    let [a, b, c, d] = bends(from, to);
    let (ab, bc, cd) = (between(a, b), between(b, c), between(c, d));
    let (abc, bcd) = (between(ab, bc), between(bc, cd));
    let end = between(abc, bcd);
    ([ab, abc, end], end)
}

fn gone(points: &[Point], here: usize, share: f64) -> String {
    let whole = path(&points[..=here]);
    let begun = if whole.is_empty() { format!("M{} {}", number(points[0].x), number(points[0].y)) } else { whole };
    begun + &curve(split(points, here, share).0)
}

/// One digit after the point is finer than any screen.
fn number(value: f64) -> String {
    let number = format!("{value:.1}");
    number.strip_suffix(".0").unwrap_or(&number).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn road(passed: usize, stations: usize) -> TrackRoad {
        let start: DateTime<Utc> = "2026-05-11T00:00:00Z".parse().unwrap();
        let day = |index: usize| start + chrono::TimeDelta::days(index as i64);
        let station = |index: usize| TrackStation {
            code: ["guangzhou", "torugart", "bishkek", "at_bashy"][index % 4].to_owned(),
            place: format!("Place {index}"),
            planned_at: Some(day(index)),
            expected_at: (index >= passed).then(|| day(index)),
            passed_at: (index < passed).then(|| day(index)),
        };
        TrackRoad { stations: (0..stations).map(station).collect(), at_station: None, eta: None, delayed: None }
    }

    fn at(hours: i64) -> DateTime<Utc> {
        "2026-05-11T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + chrono::TimeDelta::hours(hours)
    }

    #[test]
    fn the_truck_is_between_the_places_by_the_hours() {
        let map = Map::of(Lang::En, &road(1, 3), at(12)).unwrap();
        let states: Vec<_> = map.places.iter().map(|place| (place.name.as_str(), place.state)).collect();
        assert_eq!(states, [("Guangzhou", "done"), ("Torugart", "next"), ("Bishkek", "next")]);
        assert_eq!(map.truck, Some(("103".to_owned(), "84".to_owned())), "half-way up");
        // It waits at the border: it is not drawn beyond it.
        let late = Map::of(Lang::En, &road(1, 3), at(100)).unwrap();
        assert!(late.truck.unwrap().0.parse::<f64>().unwrap() < 180.0);
        let there = Map::of(Lang::En, &road(2, 3), at(24)).unwrap();
        assert_eq!((there.places[1].state, there.truck), ("now", Some(("180".to_owned(), "36".to_owned()))));
    }

    #[test]
    fn a_truck_that_has_not_left_is_nowhere_and_one_that_arrived_at_the_end() {
        let waiting = Map::of(Lang::Ru, &road(0, 3), at(0)).unwrap();
        assert!(waiting.truck.is_none() && waiting.gone.is_empty());
        assert!(waiting.places.iter().all(|place| place.state == "next"));
        let arrived = Map::of(Lang::Ru, &road(3, 3), at(80)).unwrap();
        assert_eq!((arrived.places[2].state, arrived.truck.unwrap().0), ("now", "334".to_owned()));
    }

    #[test]
    fn ways_of_any_length_are_drawn_within_the_picture() {
        for stations in [2, 6, 7, 8, 40] {
            let map = Map::of(Lang::Ky, &road(2, stations), at(30)).unwrap();
            for place in &map.places {
                let (x, y): (f64, f64) = (place.x.parse().unwrap(), place.y.parse().unwrap());
                assert!((20.0..=340.0).contains(&x) && (30.0..=140.0).contains(&y), "{x} {y}");
            }
            let names = map.places.iter().filter(|place| place.name_y.is_some()).count();
            assert!(names <= MOST_NAMES, "{names}");
        }
        assert!(Map::of(Lang::Ky, &road(1, 1), at(0)).is_none());
        assert!(Map::of(Lang::Ky, &road(0, 0), at(0)).is_none());
    }

    #[test]
    fn a_place_has_its_name_in_the_readers_language() {
        assert_eq!(name(Lang::Ru, "torugart", "Torugart"), "Торугарт");
        assert_eq!(name(Lang::Ru, "at_bashy", "At-Bashy"), "At-Bashy");
    }
}
