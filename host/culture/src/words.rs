//! The tools that word values for one locale, made once per thread and locale.
//!
//! Owns ICU's formatters and their cache: making one costs tens of microseconds, using one less than one. Knows
//! neither messages nor settings.

use std::{cell::OnceCell, cell::RefCell, collections::HashMap, rc::Rc};

use cuecard_model::Direction;
use fixed_decimal::Decimal;
use icu::{
    decimal::{
        DecimalFormatter,
        options::{DecimalFormatterOptions, GroupingStrategy},
    },
    plurals::{PluralCategory, PluralRules, PluralRulesOptions},
};
use icu_locale::Locale;

use crate::{date::DateTools, locale, money::MoneyTable, number, relative::RelativeTable};

/// What one locale needs to word values. Not `Send`: ICU's compiled data is shared by reference count.
pub(crate) struct Words {
    /// The tag as it was asked for.
    pub(crate) tag: String,
    /// The same, for ICU.
    pub(crate) locale: Locale,
    /// The tags that may serve it, without the default locale's.
    pub(crate) chain: Vec<String>,
    /// Language and script.
    pub(crate) written_language: Option<String>,
    /// Which way its text runs.
    pub(crate) direction: Direction,
    /// Its dates.
    pub(crate) dates: DateTools,
    /// Its ways to write an amount.
    pub(crate) money: &'static MoneyTable,
    /// Its way to write percent.
    pub(crate) percent: &'static str,
    /// Its ways to say "in 3 days".
    pub(crate) relative: &'static RelativeTable,
    decimal: Option<DecimalFormatter>,
    ungrouped: OnceCell<Option<DecimalFormatter>>,
    plurals: OnceCell<Option<PluralRules>>,
}

/// Locales come from customers, so the cache is bounded; a host speaks far fewer than this at a time.
const CACHED: usize = 64;

/// The tools for a locale, from this thread's cache.
pub(crate) fn words(tag: &str) -> Rc<Words> {
    thread_local! {
        static CACHE: RefCell<HashMap<String, Rc<Words>>> = RefCell::new(HashMap::new());
    }
    CACHE.with_borrow_mut(|cache| {
        if let Some(words) = cache.get(tag) {
            return Rc::clone(words);
        }
        if cache.len() >= CACHED {
            cache.clear();
        }
        let words = Rc::new(Words::new(tag));
        cache.insert(tag.to_owned(), Rc::clone(&words));
        words
    })
}

impl Words {
    fn new(tag: &str) -> Self {
        let locale = locale::parse(tag);
        Self {
            tag: tag.to_owned(),
            chain: locale::fallback_chain(tag, ""),
            written_language: locale::written_language(tag),
            direction: locale::direction(tag),
            dates: DateTools::default(),
            money: MoneyTable::for_locale(tag),
            percent: number::percent_pattern(tag),
            relative: RelativeTable::for_locale(tag),
            decimal: DecimalFormatter::try_new((&locale).into(), DecimalFormatterOptions::default()).ok(),
            ungrouped: OnceCell::new(),
            plurals: OnceCell::new(),
            locale,
        }
    }

    /// A number in the locale's digits and groups.
    pub(crate) fn number(&self, number: &Decimal) -> String {
        self.decimal.as_ref().map_or_else(|| number.to_string(), |format| format.format_to_string(number))
    }

    /// A number in the locale's digits, without groups.
    pub(crate) fn number_ungrouped(&self, number: &Decimal) -> String {
        let make = || DecimalFormatter::try_new((&self.locale).into(), GroupingStrategy::Never.into()).ok();
        let format = self.ungrouped.get_or_init(make);
        format.as_ref().map_or_else(|| number.to_string(), |format| format.format_to_string(number))
    }

    /// The plural category of a count, by its CLDR name.
    pub(crate) fn plural(&self, count: u64) -> &'static str {
        let make = || PluralRules::try_new((&self.locale).into(), PluralRulesOptions::default()).ok();
        let category = self.plurals.get_or_init(make).as_ref().map(|rules| rules.category_for(count));
        match category {
            Some(PluralCategory::Zero) => "zero",
            Some(PluralCategory::One) => "one",
            Some(PluralCategory::Two) => "two",
            Some(PluralCategory::Few) => "few",
            Some(PluralCategory::Many) => "many",
            Some(PluralCategory::Other) | None => "other",
        }
    }
}
