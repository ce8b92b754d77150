//! Units as XML.

use std::fmt::Write as _;

use cuecard_model::Direction;
use quick_xml::escape::escape;

use super::{
    document::{CORE, MARK_CATEGORY, MARK_SOURCE, MARK_TARGET, METADATA},
    inline::{Inline, Role, Tag},
    unit::Unit,
};
use crate::locale;

/// The whole document.
pub(super) fn document(original: &str, source: &str, target: &str, units: &[Unit]) -> String {
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xliff xmlns=\"{CORE}\" xmlns:mda=\"{METADATA}\" version=\"2.1\" \
         srcLang=\"{source}\" trgLang=\"{target}\">\n  <file id=\"messages\" original=\"{}\" srcDir=\"{}\" \
         trgDir=\"{}\" canResegment=\"no\" xml:space=\"preserve\">\n",
        attribute(original),
        direction(source),
        direction(target)
    );
    units.iter().for_each(|it| unit(&mut out, it));
    out.push_str("  </file>\n</xliff>\n");
    out
}

fn direction(tag: &str) -> &'static str {
    match locale::direction(tag) {
        Direction::Ltr => "ltr",
        Direction::Rtl => "rtl",
    }
}

fn unit(out: &mut String, unit: &Unit) {
    let marks = [(MARK_SOURCE, &unit.marks.source), (MARK_TARGET, &unit.marks.target)];
    let marks = marks.map(|(name, hash)| format!("<mda:meta type=\"{name}\">{hash}</mda:meta>")).concat();
    let _ = write!(
        out,
        "    <unit id=\"{}\" name=\"{}\">\n      <mda:metadata><mda:metaGroup category=\"{MARK_CATEGORY}\">{marks}\
         </mda:metaGroup></mda:metadata>\n",
        unit.id,
        attribute(&unit.name)
    );
    if !unit.notes.is_empty() {
        let notes: String = unit.notes.iter().map(|note| format!("<note>{}</note>", plain(note))).collect();
        let _ = writeln!(out, "      <notes>{notes}</notes>");
    }
    let state = if unit.target.is_some() { "translated" } else { "initial" };
    let _ = write!(out, "      <segment state=\"{state}\">\n        <source>{}</source>\n", runs(&unit.source));
    if let Some(target) = &unit.target {
        let _ = writeln!(out, "        <target>{}</target>", runs(target));
    }
    out.push_str("      </segment>\n    </unit>\n");
}

fn runs(runs: &[Inline]) -> String {
    let mut out = String::new();
    for run in runs {
        match run {
            Inline::Text(text) => content(&mut out, text),
            Inline::Code(tag) => out.push_str(&inline(tag)),
        }
    }
    out
}

fn inline(Tag { id, role, code }: &Tag) -> String {
    let shown = format!("equiv=\"{}\" disp=\"{}\"", attribute(&code.name), attribute(&code.raw));
    match role {
        Role::Alone => format!("<ph id=\"{id}\" {shown}/>"),
        Role::Open => format!("<sc id=\"{id}\" {shown}/>"),
        Role::Close => format!("<ec startRef=\"{id}\" {shown}/>"),
        Role::NeverClosed => format!("<sc id=\"{id}\" isolated=\"yes\" {shown}/>"),
        Role::NeverOpened => format!("<ec id=\"{id}\" isolated=\"yes\" {shown}/>"),
    }
}

/// Text in which signs that XML cannot hold are `<cp>`.
fn content(out: &mut String, text: &str) {
    for sign in text.chars() {
        match sign {
            '\r' => out.push_str("&#13;"),
            _ if !is_xml(sign) => {
                let _ = write!(out, "<cp hex=\"{:04X}\"/>", u32::from(sign));
            }
            _ => out.push_str(&escape(sign.encode_utf8(&mut [0; 4]) as &str)),
        }
    }
}

/// Text where no element may stand: what XML cannot hold is lost. Nothing here is read again.
fn plain(text: &str) -> String {
    let text: String = text.chars().map(|sign| if is_xml(sign) { sign } else { char::REPLACEMENT_CHARACTER }).collect();
    escape(text).into_owned()
}

/// The same, with line breaks that survive in an attribute.
fn attribute(text: &str) -> String {
    plain(text).replace('\t', "&#9;").replace('\n', "&#10;").replace('\r', "&#13;")
}

/// XML 1.0, production 2.
fn is_xml(sign: char) -> bool {
    matches!(sign, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
