//! `cuecard import`: a shop's history from CSV or JSON lines. Works on the data folder directly, so no server may hold
//! it. Nothing in it sets a trigger off; what is refused is said with its line; importing again changes nothing.

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use cuecard_engine::{Batch, Engine, Outcome, Receipt, Write};
use cuecard_model::{MerchantId, News, Timestamp};
use serde_json::{Map, Value as Json};

use super::{
    keys::open,
    lines::{Progress, print, say},
};
use crate::{
    clock,
    webhooks::{
        generic,
        read::{At, Wrong},
    },
};

/// Lines that are kept in one commit.
const AT_ONCE: usize = 200;
/// Refused lines that are shown; the others are counted.
const SHOWN: usize = 50;

/// Read a shop's history: orders, customers or events.
#[derive(Args, Debug)]
pub(crate) struct Import {
    /// A .csv file with a line of names, or a .jsonl file; docs/shops.md has the names
    file: PathBuf,
    /// Whose history it is
    #[arg(long)]
    merchant: String,
    /// What a line is
    #[arg(long, value_enum, default_value_t = Kind::Events)]
    kind: Kind,
    /// Only say what would be refused
    #[arg(long)]
    dry_run: bool,
    /// Folder that holds all state
    #[arg(long, value_name = "FOLDER", default_value = "cuecard-data")]
    data: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// An order, with its customer under `customer` or `customer_id`
    Orders,
    /// A customer's profile
    Customers,
    /// A shop event
    Events,
}

#[derive(Default)]
struct Tally {
    kept: u64,
    known: u64,
    refused: u64,
}

impl Import {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        if self.merchant.is_empty() || self.merchant.len() > 200 {
            bail!("'{}' is no merchant's id\n  hint: use 1 to 200 bytes", self.merchant);
        }
        let lines = read(&self.file)?;
        let engine = if self.dry_run { None } else { Some(open(&self.data, "/v1/events")?) };
        let tally = self.all(lines, engine.as_ref().map(|engine| engine as &dyn Engine)).await;
        if let Some(engine) = engine {
            engine.close().await;
        }
        let Tally { kept, known, refused } = tally?;
        let would = if self.dry_run { "would be " } else { "" };
        print(format!("{kept} lines {would}kept, {known} known already, {refused} refused"));
        Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    async fn all(&self, lines: Lines, engine: Option<&dyn Engine>) -> Result<Tally> {
        let (merchant, now) = (MerchantId::from(self.merchant.as_str()), clock::now());
        let (mut tally, mut waiting) = (Tally::default(), Vec::new());
        let mut progress = Progress::new("lines");
        for line in lines {
            let (number, line) = line?;
            progress.step();
            match line.and_then(|json| news(self.kind, &json, now).map_err(|wrong| wrong.to_string())) {
                Ok(news) => waiting.push(Write::News(Box::new(news))),
                Err(reason) => {
                    tally.refused += 1;
                    if tally.refused <= SHOWN as u64 {
                        say(format!("{}:{number}: {reason}", self.file.display()));
                    }
                }
            }
            if waiting.len() >= AT_ONCE {
                keep(engine, &merchant, std::mem::take(&mut waiting), &mut tally).await?;
            }
        }
        keep(engine, &merchant, waiting, &mut tally).await?;
        progress.finish();
        Ok(tally)
    }
}

async fn keep(engine: Option<&dyn Engine>, merchant: &MerchantId, writes: Vec<Write>, tally: &mut Tally) -> Result<()> {
    let count = writes.len() as u64;
    let Some(engine) = engine.filter(|_| count > 0) else {
        tally.kept += count;
        return Ok(());
    };
    if let Receipt::Kept(outcomes) = engine.commit(Batch::new(merchant.clone(), writes)).await? {
        let known = outcomes.iter().filter(|outcome| **outcome == Outcome::Known).count() as u64;
        tally.known += known;
        tally.kept += count - known;
    }
    Ok(())
}

/// What a line says. Its moment decides whether it is newer than what is known, so orders and customers without one
/// only fill gaps.
fn news(kind: Kind, json: &Json, now: Timestamp) -> Result<News, Wrong> {
    let at = At::top(json).object()?;
    let mut news = News { at: now, is_history: true, source: "import".to_owned(), ..News::default() };
    match kind {
        Kind::Events => {
            let told = generic::event(&at, "import")?;
            return Ok(News { is_history: true, ..told });
        }
        Kind::Customers => {
            at.need_id("id")?;
            generic::customer(&mut news, &at, Timestamp::from_millis(0))?;
        }
        Kind::Orders => {
            news.customer = at.id("customer_id")?.map(Into::into);
            if let Some(said) = at.part("customer")? {
                generic::customer(&mut news, &said, Timestamp::from_millis(0))?;
            }
            if news.customer.is_none() {
                return Err(at.get("customer_id").wrong("there, and must be"));
            }
            let placed = at.time("placed_at")?.unwrap_or(Timestamp::from_millis(0));
            let order = generic::order(&at, placed)?;
            if order.facts.is_none() {
                return Err(at.get("status").wrong("there, and must be"));
            }
            news.orders.push(order);
        }
    }
    Ok(news)
}

/// Numbered lines; one that cannot be read is given with the reason.
type Lines = Box<dyn Iterator<Item = Result<(u64, Result<Json, String>)>> + Send>;

fn read(path: &Path) -> Result<Lines> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let name = path.display().to_string();
    match path.extension().and_then(|kind| kind.to_str()) {
        Some("csv") => csv_lines(file, name),
        Some("jsonl" | "ndjson") => {
            let lines = BufReader::new(file).lines().zip(1_u64..);
            let lines = lines.filter(|(line, _)| !line.as_ref().is_ok_and(|line| line.trim().is_empty()));
            Ok(Box::new(lines.map(move |(line, number)| {
                let line = line.with_context(|| format!("{name}:{number}"))?;
                Ok((number, serde_json::from_str(&line).map_err(|error| error.to_string())))
            })))
        }
        _ => bail!("{} is neither .csv nor .jsonl\n  hint: name the file by what it is", path.display()),
    }
}

fn csv_lines(file: File, name: String) -> Result<Lines> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(BufReader::new(file));
    let names = reader.headers().with_context(|| name.clone())?.clone();
    Ok(Box::new(reader.into_records().zip(2_u64..).map(move |(record, count)| {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let number = error.position().map_or(count, csv::Position::line);
                return match error.kind() {
                    csv::ErrorKind::Io(_) => Err(error).with_context(|| name.clone()),
                    _ => Ok((number, Err(error.to_string()))),
                };
            }
        };
        let number = record.position().map_or(count, csv::Position::line);
        let mut json = Json::Object(Map::new());
        for (name, text) in names.iter().zip(&record).filter(|(_, text)| !text.is_empty()) {
            put(&mut json, name, text);
        }
        Ok((number, Ok(json)))
    })))
}

/// Puts a cell in the place that its column's name says: `customer.email`, `items.0.title`.
fn put(json: &mut Json, name: &str, text: &str) {
    let (first, rest) = name.split_once('.').map_or((name, None), |(first, rest)| (first, Some(rest)));
    let place = match (first.parse::<usize>(), &mut *json) {
        (Ok(place), Json::Object(object)) if object.is_empty() && place < 100 => {
            *json = Json::Array(Vec::new());
            return put(json, name, text);
        }
        (Ok(place), Json::Array(items)) if place < 100 => {
            while items.len() <= place {
                items.push(Json::Object(Map::new()));
            }
            items.get_mut(place)
        }
        (_, Json::Object(object)) => Some(object.entry(first).or_insert_with(|| Json::Object(Map::new()))),
        _ => None,
    };
    let Some(place) = place else { return };
    match rest {
        Some(rest) => put(place, rest, text),
        None => *place = cell(first, text),
    }
}

/// Flags are written as words; everything else is read as what its field needs.
fn cell(name: &str, text: &str) -> Json {
    match (name, text.to_ascii_lowercase().as_str()) {
        ("email_verified", "true" | "yes" | "1") => true.into(),
        ("email_verified", "false" | "no" | "0") => false.into(),
        _ => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use cuecard_engine::{Partition, SqliteEngine};

    use super::*;

    const ORDERS: &str =
        "id,status,placed_at,total.amount,total.currency,customer_id,customer.email,items.0.title,items.0.quantity
1001,paid,2026-01-02T10:00:00Z,12.50,EUR,u-9,ann@shop.example,\"Pack, green\",2
1002,lost,2026-01-02T10:00:00Z,12.50,EUR,u-9,,,
1003,paid,2026-01-03T10:00:00Z,\"12,50\",EUR,u-9,,,
1004,shipped,2026-01-04T10:00:00Z,,,,,,
1005,shipped,2026-01-05T10:00:00Z,,,u-9,,,
1006,paid,too few
";

    fn import(file: &Path, data: &Path, kind: Kind, dry_run: bool) -> Import {
        Import { file: file.to_owned(), merchant: "acme".to_owned(), kind, dry_run, data: data.to_owned() }
    }

    async fn tally(import: &Import) -> (u64, u64, u64) {
        let engine = if import.dry_run { None } else { Some(SqliteEngine::open(&import.data).unwrap()) };
        let engine = engine.as_ref().map(|engine| engine as &dyn Engine);
        let Tally { kept, known, refused } = import.all(read(&import.file).unwrap(), engine).await.unwrap();
        (kept, known, refused)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn history_is_kept_once_and_sets_nothing_off() {
        let folder = tempfile::tempdir().unwrap();
        let (orders, data) = (folder.path().join("orders.csv"), folder.path().join("data"));
        std::fs::write(&orders, ORDERS).unwrap();
        assert_eq!(tally(&import(&orders, &data, Kind::Orders, true)).await, (2, 0, 4));
        assert!(!data.exists());
        let lines = read(&orders).unwrap().map(Result::unwrap);
        let refused = |(number, line): (u64, Result<Json, String>)| {
            let line = line.and_then(|json| news(Kind::Orders, &json, clock::now()).map_err(|wrong| wrong.to_string()));
            line.err().map(|reason| format!("{number}: {reason}"))
        };
        let reasons: Vec<_> = lines.filter_map(refused).collect();
        assert!(reasons[0].starts_with("3: status is not an order's status"), "{reasons:?}");
        assert!(reasons[1].starts_with("4: total.amount is not"), "{reasons:?}");
        assert!(reasons[2].starts_with("5: customer_id is not there"), "{reasons:?}");
        assert!(reasons[3].starts_with("7: "), "{reasons:?}");

        let events = folder.path().join("events.jsonl");
        let event = r#"{"id":"e-1","type":"order.created","at":"2026-01-01T00:00:00Z","customer_id":"u-9"}"#;
        std::fs::write(&events, format!("{event}\n\n{{\n")).unwrap();
        for expected in [(1, 0, 1), (0, 1, 1)] {
            assert_eq!(tally(&import(&orders, &data, Kind::Orders, false)).await, (2, 0, 4));
            assert_eq!(tally(&import(&events, &data, Kind::Events, false)).await, expected);
        }
        let engine = SqliteEngine::open(&data).unwrap();
        let profile = engine.customer(&"acme".into(), &"u-9".into()).await.unwrap().profile.unwrap();
        let found: Vec<_> = profile.orders.iter().map(|order| (order.id.as_str(), order.items.len())).collect();
        assert_eq!(found, [("1005", 0), ("1001", 1)]);
        assert_eq!((profile.email.as_deref(), profile.orders[1].items[0].quantity), (Some("ann@shop.example"), 2));
        assert_eq!(engine.claim(Partition::ALL, 10).await.unwrap(), []);
    }
}
