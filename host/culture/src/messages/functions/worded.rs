//! Functions whose result is words: money, dates, spans, names, telephone numbers, postal addresses.
//!
//! Each resolves its operand to a [`Worded`], which keeps what it was made from, so that a declared variable can be
//! worded again in another way. An operand that does not fit leaves the placeholder standing and reports why.

use std::rc::Rc;

use cuecard_model::{Money, PersonName, Timestamp};
use mf2::{ErrorSink, FnContext, FormatError, Function, Options, Sink, Value};

use super::super::{
    arguments::{Absent, MoneyArgument},
    scene::{self, Scene},
};
use crate::{DateLength, PostalAddress, date, locale, money, name, phone, postal, relative};

/// Words, and what they were made from.
struct Worded {
    text: String,
    source: Source,
}

enum Source {
    Money(Money),
    Moment(Timestamp),
    Text,
}

/// `:money` and `:currency`: an amount, or a number with the option `currency`.
pub(super) struct MoneyFunction;

/// `:date`, `:time`, `:datetime`: seconds since the Unix epoch, or an RFC 3339 text; option `length`.
pub(super) struct DateFunction {
    date: bool,
    time: bool,
}

/// `:relative`: the span from now to a moment.
pub(super) struct RelativeFunction;

/// `:person`: a given or whole name; option `family` makes it a name in the locale's order.
pub(super) struct PersonFunction;

/// `:phone`: a number in E.164, with its country's code for readers elsewhere, or with option `style=international`.
pub(super) struct PhoneFunction;

/// `:postal`: the street; options `name`, `company`, `district`, `city`, `region`, `postcode`, `country`, which is the
/// reader's if absent, and `layout=lines` for what is one line otherwise.
pub(super) struct PostalFunction;

impl DateFunction {
    pub(super) const DATE: Self = Self { date: true, time: false };
    pub(super) const TIME: Self = Self { date: false, time: true };
    pub(super) const DATE_TIME: Self = Self { date: true, time: true };
}

/// What each function does; the rest is alike.
trait Wording: Sync {
    fn word(&self, scene: &Scene, operand: &Value<'_>, options: &Options<'_, '_>) -> Result<Worded, FormatError>;
}

macro_rules! function {
    ($name:ty, $kind:literal) => {
        impl Function for $name {
            fn resolve<'a>(
                &self,
                _cx: &FnContext<'_>,
                operand: Option<&Value<'a>>,
                options: &Options<'_, 'a>,
                errs: &mut dyn ErrorSink,
            ) -> Option<Value<'a>> {
                resolve(self, operand, options, errs)
            }

            fn format(&self, _cx: &FnContext<'_>, value: &Value<'_>, out: &mut dyn Sink) {
                if let Some(worded) = value.downcast_ref::<Worded>() {
                    out.push_str(&worded.text);
                }
            }

            fn part_kind(&self) -> &'static str {
                $kind
            }
        }
    };
}

function!(MoneyFunction, "currency");
function!(DateFunction, "datetime");
function!(RelativeFunction, "datetime");
function!(PersonFunction, "string");
function!(PhoneFunction, "string");
function!(PostalFunction, "string");

fn resolve<'a>(
    wording: &dyn Wording,
    operand: Option<&Value<'a>>,
    options: &Options<'_, 'a>,
    errs: &mut dyn ErrorSink,
) -> Option<Value<'a>> {
    let scene: Option<Rc<Scene>> = scene::current();
    if let Some(absent) = operand.and_then(|operand| operand.downcast_ref::<Absent>()) {
        absent.ask();
    }
    let worded = match (scene, operand) {
        (Some(scene), Some(operand)) => wording.word(&scene, operand, options),
        _ => Err(FormatError::BadOperand),
    };
    match worded {
        Ok(worded) => Some(Value::Boxed(Box::new(worded))),
        Err(error) => {
            errs.error(error);
            None
        }
    }
}

impl Wording for MoneyFunction {
    fn word(&self, scene: &Scene, operand: &Value<'_>, options: &Options<'_, '_>) -> Result<Worded, FormatError> {
        let money = amount_of(operand, options)?;
        Ok(Worded { text: money::amount(&money, &scene.words), source: Source::Money(money) })
    }
}

fn amount_of(operand: &Value<'_>, options: &Options<'_, '_>) -> Result<Money, FormatError> {
    if let Some(argument) = operand.downcast_ref::<MoneyArgument>() {
        return Ok(argument.money.clone());
    }
    if let Some(Worded { source: Source::Money(money), .. }) = operand.downcast_ref() {
        return Ok(money.clone());
    }
    let number = operand.to_number(&mf2::host_std::HOST).ok_or(FormatError::BadOperand)?;
    let mut amount = String::new();
    number.write_plain(&mut amount);
    let currency = options.get("currency").and_then(|option| option.value.as_str().map(str::to_ascii_uppercase));
    let money = Money { amount, currency: currency.ok_or(FormatError::BadOperand)? };
    money.check().map_err(|_| FormatError::BadOption)?;
    Ok(money)
}

impl Wording for DateFunction {
    fn word(&self, scene: &Scene, operand: &Value<'_>, options: &Options<'_, '_>) -> Result<Worded, FormatError> {
        let at = moment_of(operand)?;
        let length = length_of(options)?;
        let text = match (self.date, self.time) {
            (true, true) => date::date_time(at, length, &scene.words, &scene.zone),
            (true, false) => date::date(at, length, &scene.words, &scene.zone),
            _ => date::time(at, &scene.words, &scene.zone),
        };
        Ok(Worded { text, source: Source::Moment(at) })
    }
}

impl Wording for RelativeFunction {
    fn word(&self, scene: &Scene, operand: &Value<'_>, _options: &Options<'_, '_>) -> Result<Worded, FormatError> {
        let at = moment_of(operand)?;
        let text = relative::relative(at, scene.now, &scene.words, &scene.zone);
        Ok(Worded { text, source: Source::Moment(at) })
    }
}

/// Seconds since the Unix epoch, or RFC 3339; a date without a time is noon UTC of that day, so that it stays that
/// day in nearly all zones.
fn moment_of(operand: &Value<'_>) -> Result<Timestamp, FormatError> {
    if let Some(Worded { source: Source::Moment(at), .. }) = operand.downcast_ref() {
        return Ok(*at);
    }
    let text = match operand {
        Value::Float(seconds) if seconds.is_finite() => return Ok(from_seconds(*seconds)),
        Value::Fallback(_) => None,
        other => other.as_str(),
    };
    let text = text.ok_or(FormatError::BadOperand)?;
    if let Ok(seconds) = text.parse::<i64>() {
        return Ok(Timestamp::from_seconds(seconds));
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let local = text.parse::<jiff::civil::DateTime>().map_err(|_| FormatError::BadOperand)?;
    let local = if text.len() <= 10 { local.date().at(12, 0, 0, 0) } else { local };
    let at = jiff::tz::TimeZone::UTC.to_timestamp(local).map_err(|_| FormatError::BadOperand)?;
    Ok(at.into())
}

#[allow(clippy::cast_possible_truncation, reason = "a saturating cast, and Timestamp clamps to the years 0 to 9999")]
fn from_seconds(seconds: f64) -> Timestamp {
    Timestamp::from_millis((seconds * 1000.0) as i64)
}

fn length_of(options: &Options<'_, '_>) -> Result<DateLength, FormatError> {
    let option = ["length", "dateLength", "style", "dateStyle"].iter().find_map(|name| options.get(name));
    match option.map(|option| option.value.as_str()) {
        None | Some(Some("medium")) => Ok(DateLength::Medium),
        Some(Some("short")) => Ok(DateLength::Short),
        Some(Some("long")) => Ok(DateLength::Long),
        Some(Some("full")) => Ok(DateLength::Full),
        Some(_) => Err(FormatError::BadOption),
    }
}

impl Wording for PersonFunction {
    fn word(&self, scene: &Scene, operand: &Value<'_>, options: &Options<'_, '_>) -> Result<Worded, FormatError> {
        let given = present(operand).ok_or(FormatError::BadOperand)?;
        let family = options.get("family").and_then(|option| present(option.value));
        let text = match family {
            None => given.to_owned(),
            Some(family) => {
                let name = PersonName { given: Some(given.into()), family: Some(family.into()), title: None };
                name::person(&name, &scene.words.tag, scene.register).unwrap_or_else(|| given.to_owned())
            }
        };
        Ok(Worded { text, source: Source::Text })
    }
}

impl Wording for PhoneFunction {
    fn word(&self, scene: &Scene, operand: &Value<'_>, options: &Options<'_, '_>) -> Result<Worded, FormatError> {
        let number = present(operand).ok_or(FormatError::BadOperand)?;
        let reader = match options.get("style").map(|option| option.value.as_str()) {
            None | Some(Some("national")) => locale::region(&scene.words.tag),
            Some(Some("international")) => None,
            Some(_) => return Err(FormatError::BadOption),
        };
        Ok(Worded { text: phone::format_phone(number, reader.as_deref()), source: Source::Text })
    }
}

impl Wording for PostalFunction {
    fn word(&self, scene: &Scene, operand: &Value<'_>, options: &Options<'_, '_>) -> Result<Worded, FormatError> {
        let part = |name: &str| options.get(name).and_then(|option| present(option.value)).unwrap_or_default();
        let street = present(operand).ok_or(FormatError::BadOperand)?;
        let reader = locale::region(&scene.words.tag).unwrap_or_default();
        let country = Some(part("country")).filter(|country| !country.is_empty()).unwrap_or(&reader);
        let [name, company, district] = ["name", "company", "district"].map(part);
        let [city, region, postcode] = ["city", "region", "postcode"].map(part);
        let address = PostalAddress { name, company, street, district, city, region, postcode, country };
        let text = match part("layout") {
            "" | "line" => postal::postal_line(&address),
            "lines" => postal::postal_lines(&address).join("\n"),
            _ => return Err(FormatError::BadOption),
        };
        Ok(Worded { text, source: Source::Text })
    }
}

/// The text of a value that is there.
fn present<'a>(value: &'a Value<'_>) -> Option<&'a str> {
    if value.downcast_ref::<Absent>().is_some() { None } else { value.as_str() }
}
