//! Which size fits: from the measurements in the message, from the merchant's chart in the live data, or from what
//! the customer bought and kept.

use cuecard_sdk::{Draft, Fields, LiveItem, Order, Plugin, StepKind, Turn};

struct SizeAdvisor;

cuecard_sdk::export!(SizeAdvisor);

impl Plugin for SizeAdvisor {
    fn compose(turn: Turn) -> Result<Vec<Draft>, String> {
        let body = Body::read(&turn.message.text);
        let chart = turn.live.iter().find(|item| item.key.starts_with("size_chart"));
        let draft = if let Some(foot) = body.foot_cm {
            shoe(foot)
        } else if let (Some(height), Some(weight)) = (body.height_cm, body.weight_kg) {
            clothes(height, weight, chart)
        } else if let Some((size, title)) = kept_size(&turn.customer.orders) {
            Draft::message("kept").arg("size", size).arg("product", title).because("the last size kept").confidence(0.6)
        } else {
            Draft::new().step(StepKind::Question, "ask").because("no measurements in the message").confidence(0.5)
        };
        Ok(vec![draft])
    }
}

/// EU and UK shoe sizes from the length of the foot: (length + 1.5 cm) * 3 / 2, and three per inch from 23.
fn shoe(foot_cm: f64) -> Draft {
    let eu = ((foot_cm + 1.5) * 3.0).round() / 2.0;
    let uk = (((foot_cm + 1.5) / 2.54 * 3.0 - 25.0) * 2.0).round() / 2.0;
    Draft::message("shoe")
        .arg("eu", eu)
        .arg("uk", uk)
        .arg("foot", foot_cm)
        .because("foot length given in the message")
        .confidence(0.85)
}

/// The chest from height and weight, then the size whose chest it is.
fn clothes(height_cm: f64, weight_kg: f64, chart: Option<&LiveItem>) -> Draft {
    let chest = (54.0 + weight_kg * 0.6 - (height_cm - 170.0) * 0.12).round();
    let limit = |size: &str, usual: f64| {
        chart.and_then(|chart| chart.fields.number(&format!("{size}.chest_max"))).unwrap_or(usual)
    };
    // The usual chest measures in centimetres, as in EN 13402-3.
    let sizes = [("XS", 86.0), ("S", 94.0), ("M", 102.0), ("L", 110.0), ("XL", 118.0), ("XXL", 129.0)];
    let mut sizes = sizes.map(|(size, usual)| (size, limit(size, usual))).into_iter();
    let Some((size, max)) = sizes.find(|(_, max)| chest <= *max) else {
        return Draft::new().step(StepKind::Question, "ask_chest").because("above the chart").confidence(0.5);
    };
    let message = if max - chest < 2.0 { "between" } else { "clothes" };
    Draft::message(message)
        .arg("size", size)
        .arg("larger", sizes.next().map_or(size, |(larger, _)| larger))
        .arg("chest", chest)
        .because("chest estimated from height and weight in the message")
        .confidence(if message == "between" { 0.65 } else { 0.75 })
}

/// The size of the newest item that was not sent back.
fn kept_size(orders: &[Order]) -> Option<(&str, &str)> {
    let kept = orders.iter().filter(|order| order.returns.is_empty());
    kept.flat_map(|order| &order.items).find_map(|item| {
        let words = item.variant.as_deref()?.split(|letter: char| !letter.is_alphanumeric());
        let size = words.into_iter().find(|word| matches!(*word, "XS" | "S" | "M" | "L" | "XL" | "XXL"))?;
        Some((size, item.title.as_str()))
    })
}

/// What a message says about the body.
#[derive(Default)]
struct Body {
    height_cm: Option<f64>,
    weight_kg: Option<f64>,
    foot_cm: Option<f64>,
}

impl Body {
    /// Numbers with what stands around them: `178 cm`, `1,78 m`, `身高165`, `75kg`, `60公斤`, `foot is 26.5 cm`.
    fn read(text: &str) -> Self {
        let text = text.to_ascii_lowercase();
        let mut body = Self::default();
        let mut rest = text.as_str();
        while let Some(start) = rest.find(|letter: char| letter.is_ascii_digit()) {
            let (before, from) = rest.split_at(start);
            let end = from.find(|letter: char| !letter.is_ascii_digit() && letter != '.' && letter != ',');
            let (digits, after) = from.split_at(end.unwrap_or(from.len()));
            body.note(decimal(digits), before, after.trim_start());
            rest = after;
        }
        body
    }

    fn note(&mut self, number: f64, before: &str, after: &str) {
        let starts = |units: &[&str]| units.iter().any(|unit| after.starts_with(unit));
        let follows = |words: &[&str]| words.iter().any(|word| before.contains(word));
        match number {
            20.0..=34.0 if follows(&["foot", "feet", "pie", "脚"]) => self.foot_cm = Some(number),
            1.2..=2.2 if starts(&["m", "米"]) => self.height_cm = Some((number * 100.0).round()),
            120.0..=220.0 if starts(&["cm", "厘米", "公分"]) || follows(&["身高"]) => {
                self.height_cm = Some(number)
            }
            30.0..=200.0 if starts(&["kg", "kilo", "公斤", "千克"]) => self.weight_kg = Some(number),
            60.0..=400.0 if starts(&["斤"]) => self.weight_kg = Some(number / 2.0),
            90.0..=440.0 if starts(&["lb", "pound"]) => self.weight_kg = Some((number * 0.4536).round()),
            _ => {}
        }
    }
}

/// `178`, `1.78` or `1,78`; what is not such a number is out of every range.
fn decimal(digits: &str) -> f64 {
    let (whole, fraction) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
    let number = |digits: &str| digits.bytes().take(6).fold(0.0, |sum, digit| sum * 10.0 + f64::from(digit) - 48.0);
    number(whole) + number(fraction) / [1.0, 10.0, 100.0, 1000.0].get(fraction.len()).copied().unwrap_or(1.0)
}
