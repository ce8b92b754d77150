//! Notices somebody who keeps coming back to one product and does not buy, and offers the size chart, the offer that
//! the page showed, or a hand. In Rust because it computes: attention fades by half each day, for each product.

use cuecard_sdk::{Customer, Decision, Event, Fields, Outreach, Plugin, Timer, Value, host};

struct BrowseHesitation;

cuecard_sdk::export!(BrowseHesitation);

const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * MINUTE;
/// Seconds of attention, faded, that are more than curiosity.
const HESITATING: f64 = 150.0;
/// Coming back says as much as half a minute of looking.
const COMING_BACK: f64 = 30.0;
/// Nobody reads one page for longer; they have gone for a coffee.
const LONGEST_LOOK: f64 = 180.0;
/// A shorter look is passing by.
const SHORTEST_LOOK: f64 = 5.0;
/// Products remembered for each customer.
const MOST: usize = 4;

/// Words of a category in which size is what people are unsure about.
const SIZED: [&str; 16] = [
    "shoe", "boot", "sneaker", "cloth", "apparel", "jacket", "dress", "shirt", "trouser", "jeans", "ropa", "zapat",
    "calzado", "鞋", "服", "裤",
];

impl Plugin for BrowseHesitation {
    fn trigger(event: Event, _: Customer) -> Result<Vec<Decision>, String> {
        match event.type_.as_str() {
            "browse.viewed" => viewed(&event),
            "browse.paused" => speak(&event),
            _ => forget(),
        }
    }
}

fn viewed(event: &Event) -> Result<Vec<Decision>, String> {
    let (Some(product), Some(title)) = (event.fields.text("product_id"), event.fields.text("title")) else {
        return Ok(Vec::new());
    };
    let seconds = event.fields.number("seconds").unwrap_or(0.0);
    if seconds < SHORTEST_LOOK || product.len() > 64 || product.contains(char::is_whitespace) {
        return Ok(Vec::new());
    }
    let mut trail = Trail::read(event.at);
    let attention = trail.add(product, seconds.min(LONGEST_LOOK) + COMING_BACK);
    trail.write()?;
    let mut decisions = vec![Timer::new("trail", event.at + 3 * DAY, "browse.faded").into()];
    if attention >= HESITATING {
        let mut timer = Timer::new("pause", event.at + 20 * MINUTE, "browse.paused")
            .field("product_id", product)
            .field("title", title)
            .field("looked_at", event.at);
        for name in ["category", "size_chart_url", "offer_code", "offer_until"] {
            if let Some(value) = event.fields.value(name) {
                timer = timer.field(name, value.clone());
            }
        }
        decisions.push(timer.into());
    }
    Ok(decisions)
}

/// Twenty minutes without another look: they are thinking it over, or have left.
fn speak(event: &Event) -> Result<Vec<Decision>, String> {
    let (Some(product), Some(title)) = (event.fields.text("product_id"), event.fields.text("title")) else {
        return Ok(Vec::new());
    };
    let category = event.fields.text("category").unwrap_or_default().to_lowercase();
    let until = event.fields.number("offer_until").map(|until| until as i64).filter(|until| *until > event.at);
    let chart = event.fields.text("size_chart_url");
    let outreach = |message| Outreach::marketing(format!("browse-{product}"), message).arg("product", title);
    let mut outreach = match (event.fields.text("offer_code"), until, chart) {
        (Some(code), Some(until), _) => outreach("offer").arg("code", code).arg("ends", until).until(until),
        (_, _, Some(chart)) => outreach("size_chart_link").arg("link", chart),
        _ if SIZED.iter().any(|word| category.contains(word)) => outreach("size_chart"),
        _ => outreach("help"),
    };
    outreach.scenario = Some(if chart.is_some() { "size_advice" } else { "product_question" }.into());
    outreach.valid_until.get_or_insert(event.at + DAY);
    let since = event.fields.number("looked_at").map_or(event.at, |at| at as i64);
    let outreach = outreach.since(since).because(format!("kept coming back to {product} and did not put it into the cart"));
    let mut decisions = forget()?;
    decisions.push(outreach.into());
    Ok(decisions)
}

/// They have decided, or lost interest.
fn forget() -> Result<Vec<Decision>, String> {
    if host::get_key("trail").is_none() {
        return Ok(Vec::new());
    }
    host::set_key("trail", None)?;
    Ok(["pause", "trail"].map(|key| Decision::Cancel(key.into())).into())
}

/// Attention for each product as of a moment, the newest last: `moment product attention product attention`.
struct Trail {
    at: i64,
    products: Vec<(String, f64)>,
}

impl Trail {
    fn read(now: i64) -> Self {
        let kept = match host::get_key("trail") {
            Some(Value::Text(kept)) => kept,
            _ => String::new(),
        };
        let mut words = kept.split(' ');
        let kept_at = words.next().and_then(|at| at.parse().ok()).unwrap_or(now);
        let faded = 0.5_f64.powf((now - kept_at).max(0) as f64 / DAY as f64);
        let mut products = Vec::new();
        while let (Some(product), Some(attention)) = (words.next(), words.next()) {
            let attention = f64::from(attention.parse::<u32>().unwrap_or(0));
            products.push((product.to_owned(), attention * faded));
        }
        Self { at: now.max(kept_at), products }
    }

    fn add(&mut self, product: &str, attention: f64) -> f64 {
        let before = self.products.iter().position(|(known, _)| known == product);
        let before = before.map_or(0.0, |place| self.products.remove(place).1);
        if self.products.len() == MOST {
            self.products.remove(0);
        }
        self.products.push((product.to_owned(), before + attention));
        before + attention
    }

    fn write(&self) -> Result<(), String> {
        let mut text = self.at.to_string();
        for (product, attention) in &self.products {
            text.push_str(&format!(" {product} {}", attention.round() as u32));
        }
        host::set_key("trail", Some(&Value::Text(text)))
    }
}
