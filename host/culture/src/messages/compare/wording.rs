//! Which values a message takes and how it words them, to be compared with the same message in another locale.

use std::collections::{BTreeMap, BTreeSet};

use mf2_model::{Declaration, Expression, Message, PatternPart};

use super::Doubt;

/// What a message uses.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Uses {
    /// Variables that a plugin must give.
    variables: BTreeSet<String>,
    /// How a text shows them; a variable that is only selected on is not here.
    shown: BTreeMap<String, BTreeSet<Sort>>,
    markup: BTreeSet<String>,
}

/// Functions that make the same sort of thing of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    Bare,
    Number,
    Money,
    Percent,
    Moment,
}

impl Sort {
    fn of(function: Option<&str>) -> Self {
        match function {
            Some("number" | "integer" | "offset") => Self::Number,
            Some("money" | "currency") => Self::Money,
            Some("percent") => Self::Percent,
            Some("date" | "time" | "datetime" | "relative") => Self::Moment,
            _ => Self::Bare,
        }
    }

    /// Numbers and amounts word themselves, so a bare placeholder says the same; a moment or a share does not.
    fn goes_with(self, other: Self) -> bool {
        self == other
            || matches!((self.min(other), self.max(other)), (Self::Bare, Self::Number) | (Self::Bare, Self::Money))
    }

    fn shown(self) -> &'static str {
        match self {
            Self::Bare => "as it comes",
            Self::Number => "as a number",
            Self::Money => "as an amount",
            Self::Percent => "as a percentage",
            Self::Moment => "as a date or time",
        }
    }

    fn function(self) -> &'static str {
        match self {
            Self::Bare => "",
            Self::Number => " :number",
            Self::Money => " :money",
            Self::Percent => " :percent",
            Self::Moment => " :date",
        }
    }
}

impl Uses {
    /// `None` if the message is not well-formed.
    pub(super) fn of(source: &str) -> Option<Self> {
        let message = mf2_syntax::parse_model(source).message?;
        let analysis = mf2_syntax::analyze(&message);
        let names = |names: &[mf2_syntax::Name<'_>]| names.iter().map(|name| name.nfc.to_string()).collect();
        let mut variables: BTreeSet<String> = names(&analysis.externals);
        variables.retain(|name| !is_the_hosts(name));
        let mut shown: BTreeMap<String, BTreeSet<Sort>> = BTreeMap::new();
        for (name, sort) in placeholders(&message) {
            shown.entry(name).or_default().insert(sort);
        }
        shown.retain(|name, _| variables.contains(name));
        Some(Self { variables, shown, markup: names(&analysis.markup) })
    }

    /// Where this message differs from the usual.
    pub(super) fn unlike(&self, usual: &Self, name: &str) -> Option<Doubt> {
        let only = |these: &BTreeSet<String>, those: &BTreeSet<String>, sign: &str| {
            these.difference(those).map(|name| format!("{sign}{name}")).collect::<Vec<_>>()
        };
        let missing = [only(&usual.variables, &self.variables, "$"), only(&usual.markup, &self.markup, "#")].concat();
        let extra = [only(&self.variables, &usual.variables, "$"), only(&self.markup, &usual.markup, "#")].concat();
        let mut parts = Vec::new();
        if !missing.is_empty() {
            parts.push(format!("does not use {}", missing.join(", ")));
        }
        if !extra.is_empty() {
            parts.push(format!("uses {} in addition", extra.join(", ")));
        }
        if !parts.is_empty() {
            let hint = "use the same variables in all locales, or leave one out on purpose".into();
            return Some((format!("{}, unlike {name}", parts.join(" and ")), hint));
        }
        let shown = |(variable, sorts): (&String, &BTreeSet<Sort>)| {
            let (here, there) = (*sorts.first()?, *usual.shown.get(variable)?.first()?);
            (!here.goes_with(there)).then(|| {
                let reason = format!("shows ${variable} {}, and {name} {}", here.shown(), there.shown());
                (reason, format!("write {{${variable}{}}}, as the others do", there.function()))
            })
        };
        self.shown.iter().find_map(shown)
    }
}

/// `$register`, `$person`, `$gender`, `$speaker` and `$length` are the host's to give, and not every language uses them.
fn is_the_hosts(name: &str) -> bool {
    matches!(name, "register" | "person" | "gender" | "speaker" | "length")
}

/// The variables in a message's texts, each with what the placeholder or else the declaration makes of it.
fn placeholders(message: &Message<'_>) -> Vec<(String, Sort)> {
    let declared = declared(message);
    let patterns: Vec<_> = match message {
        Message::Pattern(message) => vec![&message.pattern],
        Message::Select(message) => message.variants.iter().map(|variant| &variant.value).collect(),
        _ => Vec::new(),
    };
    let expressions = patterns.into_iter().flat_map(|pattern| pattern.parts()).filter_map(|part| match part {
        PatternPart::Expression(expression) => Some(expression),
        _ => None,
    });
    expressions.filter_map(|expression| resolve(expression, &declared)).collect()
}

/// By name: the variable from outside that it stands for, and what the declaration makes of it.
type Declared = BTreeMap<String, (String, Sort)>;

fn declared(message: &Message<'_>) -> Declared {
    let mut declared = Declared::new();
    for declaration in message.declarations() {
        let resolved = match declaration {
            Declaration::Input(it) => {
                let function = it.value.function.as_ref().map(|function| function.name.as_ref());
                Some((it.name.to_string(), Sort::of(function)))
            }
            Declaration::Local(it) => resolve(&it.value, &declared),
            _ => None,
        };
        if let Some(resolved) = resolved {
            declared.insert(declaration.name().to_owned(), resolved);
        }
    }
    declared
}

fn resolve(expression: &Expression<'_>, declared: &Declared) -> Option<(String, Sort)> {
    let Expression::Variable(it) = expression else { return None };
    let known = declared.get(it.arg.name.as_ref()).cloned();
    let (name, sort) = known.unwrap_or_else(|| (it.arg.name.to_string(), Sort::Bare));
    let function = it.function.as_ref().map(|function| function.name.as_ref());
    Some((name, if function.is_some() { Sort::of(function) } else { sort }))
}
