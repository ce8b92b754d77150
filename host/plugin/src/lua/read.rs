//! From Lua to the host: scalars, lists and records, under a budget of values, bytes and depth.
//!
//! What cannot be represented is refused with its path, never dropped. Reading is led by the shape that is wanted, so
//! that a cycle or a table shared a million times costs no more than its budget. Knows no draft.

use cuecard_model::{Fields, Money, Timestamp, Value};

use super::raw::{Kind, Slot, Stack};
use crate::limits::Limits;

/// Why a value was refused, and where.
#[derive(Debug)]
pub(super) struct ReadError {
    path: String,
    reason: String,
}

impl ReadError {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self { path: String::new(), reason: reason.into() }
    }

    /// The same error, seen from the table that has the value under `name`.
    pub(super) fn under(mut self, name: &str) -> Self {
        let name: String = name.chars().take(80).collect();
        self.path.insert_str(0, &format!(".{name}"));
        self
    }

    /// The same error, seen from the list that has the value at `index`.
    pub(super) fn at(mut self, index: usize) -> Self {
        self.path.insert_str(0, &format!("[{index}]"));
        self
    }

    /// `reply[1].text: ...`
    pub(super) fn tell(&self, root: &str) -> String {
        format!("{root}{}: {}", self.path, self.reason)
    }
}

pub(super) type Read<T> = Result<T, ReadError>;

/// What reading may still use up.
#[derive(Debug)]
pub(super) struct Budget {
    nodes: u32,
    bytes: u32,
    depth: u32,
}

impl Budget {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { nodes: limits.reply_nodes, bytes: limits.reply_bytes, depth: limits.reply_depth }
    }
}

/// Reads values of one stack under one budget.
pub(super) struct Reader<'a, 'b> {
    stack: &'a mut Stack<'b>,
    budget: &'a mut Budget,
}

impl<'a, 'b> Reader<'a, 'b> {
    pub(super) fn new(stack: &'a mut Stack<'b>, budget: &'a mut Budget) -> Self {
        Self { stack, budget }
    }

    pub(super) fn kind(&self, slot: Slot) -> Kind {
        self.stack.kind(slot)
    }

    /// A text without U+0000.
    pub(super) fn text(&mut self, slot: Slot) -> Read<String> {
        self.count()?;
        match self.stack.kind(slot) {
            Kind::Text => self.checked_text(slot),
            other => Err(expected("a text", other)),
        }
    }

    /// A finite number.
    pub(super) fn number(&mut self, slot: Slot) -> Read<f64> {
        self.count()?;
        match self.stack.kind(slot) {
            Kind::Number(number) => finite(number),
            other => Err(expected("a number", other)),
        }
    }

    /// A moment, in seconds.
    pub(super) fn timestamp(&mut self, slot: Slot) -> Read<Timestamp> {
        let seconds = self.number(slot)?;
        if seconds.abs() > 1e12 {
            return Err(ReadError::new("moments are seconds since the Unix epoch; hint: this may be milliseconds"));
        }
        Ok(Timestamp::from_seconds(seconds.floor() as i64))
    }

    /// A scalar.
    pub(super) fn value(&mut self, slot: Slot) -> Read<Value> {
        self.count()?;
        match self.stack.kind(slot) {
            Kind::Flag(flag) => Ok(Value::Flag(flag)),
            Kind::Number(number) => finite(number).map(Value::Number),
            Kind::Text => self.checked_text(slot).map(Value::Text),
            Kind::Table => self.money(slot).map(Value::Money),
            other => Err(expected("a boolean, number, text or {amount, currency}", other)),
        }
    }

    /// An amount with its currency.
    pub(super) fn money(&mut self, slot: Slot) -> Read<Money> {
        let mut money = Money { amount: String::new(), currency: String::new() };
        self.record(slot, &["amount", "currency"], |reader, name, slot| {
            if name == "currency" {
                money.currency = reader.text(slot)?;
            } else if let Kind::Number(_) = reader.kind(slot) {
                return Err(ReadError::new(
                    "amounts are texts of decimal digits; hint: string.format(\"%.2f\", amount)",
                ));
            } else {
                money.amount = reader.text(slot)?;
            }
            Ok(())
        })?;
        money.check().map_err(|error| ReadError::new(error.to_string()))?;
        Ok(money)
    }

    /// Scalars under names.
    pub(super) fn fields(&mut self, slot: Slot) -> Read<Fields> {
        self.enter(slot, "a table of names and values")?;
        let mut fields = Fields::new();
        let budget = &mut *self.budget;
        let read = self.stack.each(slot, |stack, key, value| {
            let mut reader = Reader { stack, budget };
            let name = match reader.kind(key) {
                Kind::Text => reader.checked_text(key).map_err(|error| error.under("(a name)"))?,
                other => return Err(ReadError::new(format!("names are texts, this one is {}", shown(other)))),
            };
            match reader.value(value) {
                Ok(value) => drop(fields.insert(name, value)),
                Err(error) => return Err(error.under(&name)),
            }
            Ok(())
        });
        self.leave();
        read.map(|()| fields)
    }

    /// A list without holes of at most `most` items.
    pub(super) fn list<T>(
        &mut self,
        slot: Slot,
        most: usize,
        mut item: impl FnMut(&mut Reader<'_, '_>, Slot) -> Read<T>,
    ) -> Read<Vec<T>> {
        self.enter(slot, "a list")?;
        let length = self.check_list(slot, most)?;
        let mut items = Vec::with_capacity(length);
        for index in 1..=length {
            let before = self.stack.top();
            let at = self.stack.item(slot, index);
            let read = item(&mut Reader { stack: self.stack, budget: self.budget }, at);
            self.stack.drop_above(before);
            items.push(read.map_err(|error| error.at(index))?);
        }
        self.leave();
        Ok(items)
    }

    /// A record with no other fields than `names`. `field` is told which one it is handed.
    pub(super) fn record(
        &mut self,
        slot: Slot,
        names: &'static [&'static str],
        mut field: impl FnMut(&mut Reader<'_, '_>, &'static str, Slot) -> Read<()>,
    ) -> Read<()> {
        self.enter(slot, "a table")?;
        let budget = &mut *self.budget;
        let read = self.stack.each(slot, |stack, key, value| {
            let name = known_name(stack, key, names)?;
            field(&mut Reader { stack, budget }, name, value).map_err(|error| error.under(name))
        });
        self.leave();
        read
    }

    fn check_list(&mut self, slot: Slot, most: usize) -> Read<usize> {
        let length = self.stack.length(slot);
        if length > most {
            return Err(ReadError::new(format!("{length} items, at most {most} are taken")));
        }
        let mut count = 0;
        self.stack.each(slot, |stack, key, _| match stack.kind(key) {
            Kind::Number(number) if number >= 1.0 && number <= length as f64 && number.fract() == 0.0 => {
                count += 1;
                Ok(())
            }
            Kind::Number(number) => Err(ReadError::new(format!("a list with a hole before item {number}"))),
            Kind::Text => {
                let name: String = String::from_utf8_lossy(stack.bytes(key)).chars().take(80).collect();
                Err(ReadError::new(format!("a list is wanted, this has the name '{name}'; hint: wrap it in {{ }}")))
            }
            other => Err(ReadError::new(format!("items of a list are numbered, this one is under {}", shown(other)))),
        })?;
        if count == length { Ok(length) } else { Err(ReadError::new("a list with holes; hint: no item may be nil")) }
    }

    fn enter(&mut self, slot: Slot, wanted: &str) -> Read<()> {
        self.count()?;
        match self.stack.kind(slot) {
            Kind::Table => (),
            other => return Err(expected(wanted, other)),
        }
        self.budget.depth = self.budget.depth.checked_sub(1).ok_or_else(|| ReadError::new("nested too deep"))?;
        Ok(())
    }

    fn leave(&mut self) {
        self.budget.depth += 1;
    }

    fn count(&mut self) -> Read<()> {
        self.budget.nodes = self.budget.nodes.checked_sub(1).ok_or_else(|| ReadError::new("too many values"))?;
        Ok(())
    }

    fn checked_text(&mut self, slot: Slot) -> Read<String> {
        let bytes = self.stack.bytes(slot);
        let left = u32::try_from(bytes.len()).ok().and_then(|length| self.budget.bytes.checked_sub(length));
        self.budget.bytes = left.ok_or_else(|| ReadError::new("too many bytes of text"))?;
        if bytes.contains(&0) {
            return Err(ReadError::new("a text with the character U+0000"));
        }
        let text = std::str::from_utf8(bytes);
        text.map(str::to_owned)
            .map_err(|error| ReadError::new(format!("a text that is not UTF-8 from byte {}", error.valid_up_to() + 1)))
    }
}

fn finite(number: f64) -> Read<f64> {
    if number.is_finite() { Ok(number) } else { Err(ReadError::new(format!("{number} is not a finite number"))) }
}

fn expected(wanted: &str, found: Kind) -> ReadError {
    ReadError::new(format!("{wanted} is wanted, not {}", shown(found)))
}

fn shown(kind: Kind) -> String {
    match kind {
        Kind::Number(number) => format!("the number {number}"),
        Kind::Flag(flag) => format!("{flag}"),
        other => other.describe().to_owned(),
    }
}

fn known_name(stack: &Stack<'_>, key: Slot, names: &'static [&'static str]) -> Read<&'static str> {
    let bytes = stack.bytes(key);
    if let Some(name) = names.iter().find(|name| name.as_bytes() == bytes) {
        return Ok(name);
    }
    match stack.kind(key) {
        Kind::Text => {
            let name: String = String::from_utf8_lossy(bytes).chars().take(80).collect();
            Err(ReadError::new(format!("unknown field '{name}'; hint: {}", suggest(&name, names))))
        }
        other => Err(ReadError::new(format!("names of fields are texts, this one is {}", shown(other)))),
    }
}

/// `did you mean 'text'?`, or what there is.
fn suggest(name: &str, names: &[&str]) -> String {
    let nearest = names.iter().map(|known| (distance(name, known), known)).min();
    match nearest {
        Some((edits, known)) if edits <= 2 => format!("did you mean '{known}'?"),
        _ => format!("there are {}", names.join(", ")),
    }
}

/// The number of edits between two short words (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (line, from) in left.chars().take(40).enumerate() {
        let mut diagonal = line;
        let mut last = line + 1;
        for (cell, to) in row.iter_mut().skip(1).zip(&right) {
            let edits = (diagonal + usize::from(from != *to)).min(last + 1).min(*cell + 1);
            diagonal = std::mem::replace(cell, edits);
            last = edits;
        }
        row.splice(0..1, [line + 1]);
    }
    row.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits() {
        for (left, right, edits) in [("text", "text", 0), ("txt", "text", 1), ("reson", "reason", 1), ("", "ab", 2)] {
            assert_eq!(distance(left, right), edits, "{left} {right}");
        }
    }
}
