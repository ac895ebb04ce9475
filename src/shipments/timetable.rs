//! When a truck is where: planned, expected, and as it was. Values in, values out.

use chrono::{NaiveDateTime, TimeDelta};

use super::CheckpointStatus;
use super::store::{Checkpoint, Shipment, Station};
use crate::ids::EntryId;

/// One name of each place in the languages that checkpoints are written in. The first is the code of the station.
const PLACES: &[&[&str]] = &[
    &["guangzhou", "гуанчжоу", "广州"],
    &["yiwu", "иу", "义乌"],
    &["urumqi", "urumchi", "урумчи", "үрүмчү", "乌鲁木齐"],
    &["kashgar", "kashi", "кашгар", "кашкар", "喀什"],
    &["torugart", "торугарт", "吐尔尕特"],
    &["irkeshtam", "erkeshtam", "иркештам", "эркештам", "伊尔克什坦"],
    &["bedel", "бедель", "别迭里"],
    &["khorgos", "horgos", "korgas", "хоргос", "коргос", "霍尔果斯"],
    &["naryn", "нарын", "纳伦"],
    &["osh", "ош", "奥什"],
    &["bishkek", "бишкек", "比什凯克"],
];

/// The code of a place, whatever language it is written in; else its own letters and digits.
pub fn code_of(place: &str) -> String {
    let words: Vec<String> = place
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    // Chinese has no spaces between words, so its names may stand inside one.
    let is_named = |name: &&str| {
        words.iter().any(|word| word == name || (!name.is_ascii() && is_chinese(name) && word.contains(*name)))
    };
    let known = PLACES.iter().find(|names| names.iter().any(is_named));
    known.map_or_else(|| words.join("_"), |names| names[0].to_owned())
}

fn is_chinese(text: &str) -> bool {
    text.chars().all(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

/// A station of a truck's way with its three times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Short name for programs.
    pub code: String,
    /// Name for people.
    pub place: String,
    /// When the truck should be there.
    pub planned_at: Option<NaiveDateTime>,
    /// When it is expected there, by what is known now; none once it was there.
    pub estimated_at: Option<NaiveDateTime>,
    /// When it was there.
    pub actual_at: Option<NaiveDateTime>,
}

/// The way of a truck. What it is late at one place, or by a reported delay, it is late at all that lie ahead; a
/// checkpoint that a later one corrects does not count.
pub fn timetable(shipment: &Shipment, stations: &[Station], checkpoints: &[Checkpoint]) -> Vec<Stop> {
    let corrected: Vec<&EntryId> = checkpoints.iter().filter_map(|news| news.corrects.as_ref()).collect();
    let counts = |news: &&Checkpoint| !corrected.contains(&&news.id);
    let mut news: Vec<_> = checkpoints.iter().filter(counts).collect();
    news.sort_by_key(|news| news.at);
    let last = stations.len().saturating_sub(1);
    let actual = |index: usize, station: &Station| {
        let seen =
            news.iter().find(|news| news.status != CheckpointStatus::Delayed && code_of(&news.place) == station.code);
        let end = if index == last { shipment.arrived_at } else { None };
        let start = if index == 0 { shipment.departed_at } else { None };
        start.or(end).or(seen.map(|news| news.at))
    };
    let mut stops: Vec<_> = stations
        .iter()
        .enumerate()
        .map(|(index, station)| Stop {
            code: station.code.clone(),
            place: station.place.clone(),
            planned_at: station.planned_at,
            estimated_at: None,
            actual_at: actual(index, station),
        })
        .collect();
    // A truck passes its stations in their sequence: one that was not reported lies behind it all the same.
    let here = stops.iter().rposition(|stop| stop.actual_at.is_some());
    let passed_at = here.and_then(|here| stops[here].actual_at);
    let late = here.and_then(|here| Some(stops[here].actual_at? - stops[here].planned_at?)).unwrap_or_default();
    let ahead = here.map_or(0, |here| here + 1);
    for stop in &mut stops[ahead..] {
        stop.estimated_at = stop.planned_at.map(|planned| planned + late);
    }
    for delay in news.iter().filter(|news| passed_at.is_none_or(|passed| news.at >= passed)) {
        let end = stops.last().and_then(|stop| stop.estimated_at);
        let by_end = delay.expected_at.zip(end).map(|(expected, end)| expected - end);
        let later = by_end.or(delay.delay_minutes.map(TimeDelta::minutes)).unwrap_or_default();
        for stop in &mut stops[ahead..] {
            stop.estimated_at = stop.estimated_at.map(|at| at + later);
        }
        // Without a plan there is still the word of whoever reported it.
        if let Some(stop) = stops[ahead..].last_mut() {
            stop.estimated_at = stop.estimated_at.or(delay.expected_at);
        }
    }
    stops
}

/// Less than this late is no delay worth telling.
const WORTH_TELLING: TimeDelta = TimeDelta::hours(3);

/// What is known of a truck's lateness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delay {
    /// Later than planned at the end of its way by so much, where that is known.
    pub by: Option<TimeDelta>,
    /// Why, as somebody told it last.
    pub reason: Option<String>,
}

/// Whether a truck on its way is late: by its timetable, or because nothing was heard since a delay was reported.
pub fn delay(stops: &[Stop], checkpoints: &[Checkpoint]) -> Option<Delay> {
    let last = stops.last().filter(|stop| stop.actual_at.is_none())?;
    let by = last.estimated_at.zip(last.planned_at).map(|(expected, planned)| expected - planned);
    let is_corrected = |news: &Checkpoint| checkpoints.iter().any(|later| later.corrects.as_ref() == Some(&news.id));
    let news: Vec<_> = checkpoints.iter().filter(|news| !is_corrected(news)).collect();
    let is_delay = |news: &&&Checkpoint| news.status == CheckpointStatus::Delayed;
    let stands_still = news.iter().max_by_key(|news| news.at).is_some_and(|news| is_delay(&news));
    let is_late = by.is_some_and(|by| by >= WORTH_TELLING);
    if !is_late && !stands_still {
        return None;
    }
    let told = news.iter().filter(is_delay).max_by_key(|news| news.at);
    Some(Delay { by: by.filter(|_| is_late), reason: told.and_then(|news| news.reason.clone()) })
}

/// Whether a code is that of a place we have words for.
pub fn is_known_place(code: &str) -> bool {
    PLACES.iter().any(|names| names[0] == code)
}

/// When the truck is expected at the end of its way; none once it is there.
pub fn eta(stops: &[Stop]) -> Option<NaiveDateTime> {
    stops.last().filter(|stop| stop.actual_at.is_none()).and_then(|stop| stop.estimated_at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_known_in_every_language_it_is_written_in() {
        for (place, code) in [
            ("Torugart", "torugart"),
            ("перевал Торугарт", "torugart"),
            ("吐尔尕特口岸", "torugart"),
            ("KASHI", "kashgar"),
            ("Кашкар", "kashgar"),
            ("г. Ош", "osh"),
            ("Эркештам", "irkeshtam"),
            ("乌鲁木齐市", "urumqi"),
            ("Хорошо", "хорошо"),
            ("At-Bashy", "at_bashy"),
        ] {
            assert_eq!(code_of(place), code, "{place}");
        }
    }
}
