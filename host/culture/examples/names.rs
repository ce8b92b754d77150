//! Runs CLDR's own tests of person names (common/testData/personNameTest of unicode-org/cldr) and prints a line per
//! locale: `cargo run --release -p cuecard-culture --example names -- FOLDER [LOCALE]`. With a locale, each failure too.

use std::{collections::BTreeMap, error::Error, fs, io::Write as _, path::Path, time::Instant};

use cuecard_culture::{Formality, NameForm, NameLength, NameOrder, NameParts, NameUsage, format_name};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("usage: names FOLDER [LOCALE], the folder being CLDR's personNameTest")?;
    let only = arguments.next();
    let mut out = std::io::stdout().lock();
    let mut files: Vec<_> =
        fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?.into_iter().map(|it| it.path()).collect();
    files.sort();
    let (mut passed, mut all, mut whole, mut count) = (0, 0, 0, 0);
    let mut nanoseconds = 0;
    for file in files {
        let Some(locale) = locale_of(&file) else { continue };
        if only.as_deref().is_some_and(|only| only != locale) {
            continue;
        }
        let cases = cases(&fs::read_to_string(&file)?)?;
        let failed: Vec<_> = cases.iter().filter(|case| case.format(&locale) != case.expected).collect();
        let start = Instant::now();
        for case in &cases {
            std::hint::black_box(case.format(&locale));
        }
        nanoseconds += start.elapsed().as_nanos();
        for case in failed.iter().filter(|_| only.is_some()) {
            writeln!(out, "{:?} {:?}", case.fields, case.form)?;
            writeln!(out, "  expected {:?}, found {:?}", case.expected, case.format(&locale))?;
        }
        let good = cases.len() - failed.len();
        writeln!(out, "{locale}\t{good}/{}", cases.len())?;
        (passed, all) = (passed + good, all + cases.len());
        (whole, count) = (whole + usize::from(good == cases.len()), count + 1);
    }
    let each = nanoseconds / u128::try_from(all.max(1))?;
    writeln!(out, "all\t{passed}/{all} cases, {whole}/{count} locales whole, {each} ns a name")?;
    Ok(())
}

/// `de.txt` is German; `_header.txt` is no test.
fn locale_of(file: &Path) -> Option<String> {
    let stem = file.file_stem()?.to_str()?;
    let is_test = file.extension().is_some_and(|extension| extension == "txt") && !stem.starts_with('_');
    is_test.then(|| stem.replace('_', "-"))
}

/// One name in one form.
struct Case {
    fields: BTreeMap<String, String>,
    form: NameForm,
    expected: String,
}

impl Case {
    fn format(&self, locale: &str) -> String {
        let field = |name: &str| self.fields.get(name).map(String::as_str);
        let name = NameParts {
            title: field("title"),
            given: field("given"),
            given_informal: field("given-informal"),
            given2: field("given2"),
            surname: field("surname"),
            surname_prefix: field("surname-prefix"),
            surname_core: field("surname-core"),
            surname2: field("surname2"),
            generation: field("generation"),
            credentials: field("credentials"),
            locale: field("locale"),
        };
        format_name(&name, locale, self.form)
    }
}

/// The cases of a file. Older files name the order `none`, newer ones leave none to find.
fn cases(text: &str) -> Result<Vec<Case>, Box<dyn Error>> {
    let (mut cases, mut fields, mut expected) = (Vec::new(), BTreeMap::new(), String::new());
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<_> = line.split(';').map(str::trim).collect();
        match words.as_slice() {
            ["name", field, value] => drop(fields.insert((*field).to_owned(), (*value).to_owned())),
            ["expectedResult", value @ ..] => expected = value.join("; "),
            ["endName"] => fields.clear(),
            ["parameters", order, length, usage, formality] => {
                let form = form(order, length, usage, formality).ok_or_else(|| format!("no such form: {line}"))?;
                cases.push(Case { fields: fields.clone(), form, expected: expected.clone() });
            }
            ["enum", ..] | [""] => {}
            _ => return Err(format!("no line of a test: {line}").into()),
        }
    }
    Ok(cases)
}

fn form(order: &str, length: &str, usage: &str, formality: &str) -> Option<NameForm> {
    Some(NameForm {
        order: match order {
            "none" => None,
            "givenFirst" => Some(NameOrder::GivenFirst),
            "surnameFirst" => Some(NameOrder::SurnameFirst),
            "sorting" => Some(NameOrder::Sorting),
            _ => return None,
        },
        length: match length {
            "long" => NameLength::Long,
            "medium" => NameLength::Medium,
            "short" => NameLength::Short,
            _ => return None,
        },
        usage: match usage {
            "referring" => NameUsage::Referring,
            "addressing" => NameUsage::Addressing,
            "monogram" => NameUsage::Monogram,
            _ => return None,
        },
        formality: match formality {
            "formal" => Formality::Formal,
            "informal" => Formality::Informal,
            _ => return None,
        },
        surname_all_caps: false,
    })
}
