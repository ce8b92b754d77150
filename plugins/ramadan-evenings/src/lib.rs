//! In Ramadan the day turns round: who fasts rests before sunset and receives people after iftar. Where a reply names
//! the day on which a parcel comes, and that day is in Ramadan, this asks whether the evening would suit better.

use cuecard_sdk::{Culture, Draft, Fields, Plugin, Step, StepKind, host};
use icu_calendar::{Date, cal::Hijri, types::RataDie};

struct RamadanEvenings;

cuecard_sdk::export!(RamadanEvenings);

/// What plugins call the day on which a parcel comes.
const DELIVERY_DAYS: [&str; 2] = ["due", "new_date"];

impl Plugin for RamadanEvenings {
    fn localize(mut draft: Draft, _culture: Culture) -> Result<Draft, String> {
        let now = host::now() as f64;
        let arguments = draft.steps.iter().map(|step| &step.arguments).chain([&draft.arguments]);
        let days = arguments.flat_map(|arguments| DELIVERY_DAYS.map(|name| arguments.number(name)));
        if days.flatten().any(|day| day > now && is_ramadan(day)) {
            let before_closing = draft.steps.iter().position(|step| step.kind == StepKind::Closing);
            let message = Some("after_iftar".to_owned());
            let question = Step { kind: StepKind::Question, message, arguments: Vec::new(), text: None };
            draft.steps.insert(before_closing.unwrap_or(draft.steps.len()), question);
        }
        Ok(draft)
    }
}

/// By the Umm al-Qura calendar, less a day at either end: the month begins when an authority announces it, which may be a
/// day earlier or later, and differs from country to country.
fn is_ramadan(moment: f64) -> bool {
    const UNIX_EPOCH: i64 = 719_163;
    // A drafted day has no zone. Between Cairo and Jayapura it is two to nine hours later than by universal time.
    const HOURS_AHEAD: f64 = 5.0;
    let day = ((moment + HOURS_AHEAD * 3600.0) / 86_400.0).floor() as i64;
    let date = Date::from_rata_die(RataDie::new(UNIX_EPOCH + day), Hijri::new_umm_al_qura());
    date.month().ordinal == 9 && (2..=28).contains(&date.day_of_month().0)
}
