//! Messages out to translators and back.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails says where")]

use std::{fs, path::Path, sync::LazyLock};

use cuecard_culture::{Catalog, Import, MessageFile, Xliff, export_xliff};
use proptest::prelude::*;

const EN: &str = r#"{
  "sorry": ".input {$person :string} .match $person || {{I am sorry.}} * {{I am sorry, {$person}.}}",
  "late": ".input {$days :integer}\n.match $days\n  one {{Your order {$order} is {$days} day late.}}\n  *   {{Your order {$order} is {$days} days late.}}\n",
  "due": "It comes on {$due :date length=long}, {#b}free{/b} & <safe> \\{now\\}.",
  "nested": { "one": "One", "two": "{{ .Two }}" },
  "odd key/é": "bell \u0007, return \r, tab \t"
}
"#;

const FR: &str = r#"{
    "late": ".input {$days :integer} .match $days one {{Votre commande {$order} a {$days} jour de retard.}} * {{Votre commande {$order} a {$days} jours de retard.}}",
    "due": "{#b}Gratuit{/b}, elle arrive le {$due :date}."
}
"#;

fn file<'a>(name: &'a str, text: Option<&'a str>) -> MessageFile<'a> {
    MessageFile { name, text }
}

fn export(to: &str, text: Option<&str>) -> String {
    export_xliff("late-parcel", file("en", Some(EN)), file(to, text)).unwrap()
}

fn import(document: &str, from: &str, to: &str, text: Option<&str>) -> Import {
    Xliff::parse(document).unwrap().merge(file("en", Some(from)), file(to, text)).unwrap()
}

/// A document with a translation for each unit.
static WHOLE: LazyLock<String> = LazyLock::new(|| translate(&export("fr", Some(FR))));

/// Translates all that is not translated yet, by shouting.
fn translate(document: &str) -> String {
    let mut out = String::new();
    for line in document.split_inclusive('\n') {
        out.push_str(&line.replace("state=\"initial\"", "state=\"translated\""));
        if let Some(source) = line.trim().strip_prefix("<source>") {
            out.push_str(&format!("<target>! {source}").replace("</source>", "</target>"));
        }
    }
    out
}

#[test]
fn the_document() {
    for (name, document) in [("fr", export("fr", Some(FR))), ("ru", export("ru", None)), ("ja", export("ja", None))] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/xliff/{name}.xlf"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&path, &document).unwrap();
        }
        assert_eq!(document, fs::read_to_string(&path).unwrap(), "{name}");
    }
}

#[test]
fn what_nobody_touched_comes_back_as_it_was() {
    let import = import(&export("fr", Some(FR)), EN, "fr", Some(FR));
    assert_eq!((import.text, import.skipped, import.unchanged, import.untranslated), (None, vec![], 3, 5));
}

#[test]
fn new_languages_get_their_own_variants() {
    let ru = import(&translate(&export("ru", None)), EN, "ru", None);
    assert_eq!(
        ru.text.unwrap(),
        r#"{
  "sorry": ".input {$person :string} .match $person || {{! I am sorry.}} * {{! I am sorry, {$person}.}}",
  "late": ".input {$days :integer}\n.match $days\n  one {{! Your order {$order} is {$days} day late.}}\n  few {{! Your order {$order} is {$days} days late.}}\n  many {{! Your order {$order} is {$days} days late.}}\n  * {{! Your order {$order} is {$days} days late.}}\n",
  "due": "! It comes on {$due :date length=long}, {#b}free{/b} & <safe> \\{now\\}.",
  "nested": {
    "one": "! One",
    "two": "{{!  .Two }}"
  },
  "odd key/é": "! bell \u0007, return \r, tab \t"
}
"#
    );
    let ja = import(&translate(&export("ja", None)), EN, "ja", None).text.unwrap();
    let late = r#""late": ".input {$days :integer}\n{{! Your order {$order} is {$days} days late.}}","#;
    assert!(ja.contains(late), "{ja}");
}

#[test]
fn only_what_changed_is_written() {
    let document = export("fr", Some(FR)).replace("jours de retard", "jours \u{e0} attendre { }");
    let found = import(&document, EN, "fr", Some(FR));
    assert_eq!(found.written, ["late/*"]);
    assert_eq!(found.text.unwrap(), FR.replace("jours de retard", "jours \u{e0} attendre \\\\{ \\\\}"));
    // A new message stands where the source has it.
    let document = export("fr", Some(FR)).replace("<source>One</source>", "<source>One</source><target>Un</target>");
    let found = import(&document, EN, "fr", Some(FR));
    assert_eq!(found.written, ["nested.one"]);
    assert_eq!(found.text.unwrap(), FR.replace(":date}.\"\n", ":date}.\",\n    \"nested.one\": \"Un\"\n"));
}

/// What was skipped, as `unit: reason`.
fn skipped(import: &Import) -> Vec<String> {
    import.skipped.iter().map(|it| format!("{}: {}", it.unit, it.reason)).collect()
}

#[test]
fn what_changed_since_the_export_is_left_alone() {
    let document = export("fr", Some(FR)).replace("jours de retard", "jours perdus").replace("Gratuit", "Offert");
    let newer = EN.replace("days late", "days overdue");
    let found = import(&document, &newer, "fr", Some(FR));
    assert_eq!(skipped(&found), ["late/*: stale: the source message has changed since the export"]);
    assert_eq!((found.written, found.text.unwrap()), (vec!["due".to_owned()], FR.replace("Gratuit", "Offert")));

    let edited = FR.replace("Gratuit", "Cadeau");
    let found = import(&document, EN, "fr", Some(&edited));
    assert_eq!(skipped(&found), ["due: stale: the translation in the bundle has changed since the export"]);
    assert_eq!(found.text.unwrap(), edited.replace("jours de retard", "jours perdus"));

    // The same change in both places is no conflict.
    let found =
        import(&document, EN, "fr", Some(&FR.replace("Gratuit", "Offert").replace("jours de retard", "jours perdus")));
    assert_eq!((skipped(&found), found.text), (vec![], None));

    // A translation that meanwhile has come into the bundle.
    let found = import(&translate(&export("ru", None)), EN, "ru", Some(r#"{"nested.one": "Раз"}"#));
    assert_eq!(skipped(&found), ["nested.one: stale: the translation in the bundle has changed since the export"]);

    let found = import(&document, &EN.replace("\"due\"", "\"due2\""), "fr", Some(FR));
    assert_eq!(skipped(&found), ["due: the message, or this variant of it, is not there any more"]);

    let bare = document.replace("mda:meta ", "mda:else ").replace("/mda:meta>", "/mda:else>");
    let found = import(&bare, EN, "fr", Some(FR));
    assert!(found.text.is_none());
    assert_eq!(
        skipped(&found),
        ["late/*", "due"].map(|it| format!("{it}: the document has lost the mark of what it was translated from"))
    );
}

#[test]
fn what_cannot_be_a_translation_is_left_alone() {
    for (old, new, expected) in [
        ("<target>Votre commande <ph id=\"1\"", "<target><ph id=\"77\"", "late/one: its placeholder with the id '77'"),
        ("<target>Votre", "<target><b>Votre</b>", "late/one: <b> cannot stand in a translation"),
        ("<target>Votre", "<target><cp hex=\"0000\"/>Votre", "late/one: the translation has a character"),
        ("<target>Votre", "<target><cp hex=\"D800\"/>Votre", "late/one: a <cp> names no character"),
        ("<target>Votre", "<target order=\"2\">Votre", "late/one: its segments are in another order"),
        ("id=\"late·-\"", "id=\"late·one\"", "late/*: there is a second unit with its id"),
    ] {
        let document = export("fr", Some(FR)).replacen(old, new, 1);
        let found = skipped(&import(&document, EN, "fr", Some(FR)));
        assert!(found.len() == 1 && found[0].starts_with(expected), "{new}: {found:?}");
    }
    let document = export("ru", None).replacen(
        "<source>Your order",
        "<source>x</source><target>Заказ</target></segment><segment><source>Your order",
        1,
    );
    let some = document.replacen("<segment state=\"initial\">", "<segment>", 1);
    assert_eq!(import(&some, EN, "ru", None).written.len(), 0);
    let half = translate(&export("ru", None)).replacen("state=\"translated\"", "state=\"initial\"", 1);
    let half = half.replacen("<target>! I am sorry.</target>", "<target></target>", 1);
    assert_eq!(
        skipped(&import(&half, EN, "ru", None)),
        ["sorry/*: the message is new, and sorry/|| is not translated"]
    );
}

#[test]
fn tools_may_write_xliff_their_own_way() {
    let document = export("fr", Some(FR));
    let prefixed = document
        .replace("xmlns=", "xmlns:x=")
        .replace("</", "</x:")
        .replace("<", "<x:")
        .replace("<x:/x:", "</x:")
        .replace("x:mda:", "mda:")
        .replace("<x:?xml", "<?xml");
    let pairs = document.replace(
        "<sc id=\"2\" equiv=\"#b\" disp=\"{#b}\"/>Gratuit<ec startRef=\"2\" equiv=\"#b\" disp=\"{/b}\"/>",
        "<pc id=\"2\">Gratuit</pc>",
    );
    assert_ne!(pairs, document);
    let split = document.replace(
        "<source>I am sorry.</source>",
        "<source>I am</source></segment><ignorable><source> </source></ignorable><segment><source>sorry.</source>",
    );
    let candidates = document.replace(
        "<unit id=\"due\" name=\"due\">",
        "<unit id=\"due\" name=\"due\"><m:matches xmlns:m=\"urn:oasis:names:tc:xliff:matches:2.0\"><m:match ref=\"#x\">\
         <source>a</source><target>b<ph id=\"9\"/></target></m:match></m:matches>",
    );
    let crlf = document.replace('\n', "\r\n");
    let cdata = document.replace("<target>Votre", "<target><![CDATA[Vo]]>tr&#x65;<!-- a remark --><?pi?>");
    let marked = document.replace("<target>Votre", "<target><mrk id=\"m1\" type=\"term\">Vo</mrk>tre");
    for (name, document) in [
        ("prefixed", prefixed),
        ("pairs", pairs),
        ("split", split),
        ("candidates", candidates),
        ("crlf", crlf),
        ("cdata", cdata),
        ("marked", marked),
    ] {
        let found = import(&document, EN, "fr", Some(FR));
        assert_eq!((skipped(&found), found.text, found.unchanged), (vec![], None, 3), "{name}");
    }
    let copied = document.replace("<target>Votre", "<target><ph id=\"9\" copyOf=\"2\"/> Votre");
    let found = import(&copied, EN, "fr", Some(FR)).text.unwrap();
    assert!(found.contains("one {{{$days} Votre"), "{found}");
}

#[test]
fn documents_that_could_do_harm_are_refused() {
    let laughs = "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]>\n<xliff>&b;</xliff>";
    let file = "<?xml version=\"1.0\"?>\n<!DOCTYPE x SYSTEM \"file:///etc/passwd\">\n<xliff/>";
    let document = export("fr", Some(FR));
    let entity = document.replace("Votre", "&votre;");
    let deep = document.replace("Votre", &format!("{}{}", "<mrk>".repeat(100), "</mrk>".repeat(100)));
    let wide: String = (0..200_000).map(|number| format!(" a{number}=\"\"")).collect();
    let wide = document.replacen("<unit", &format!("<unit{wide}"), 1);
    for (text, expected) in [
        (wide.as_str(), "line 4: an element has more than 64 attributes"),
        (laughs, "line 1: the document has a DTD"),
        (file, "line 2: the document has a DTD"),
        (&entity, "line 23: the entity &votre; is not known"),
        (&deep, "line 23: more than 64 elements within each other"),
        (document.split_at(900).0, "line 12: the document ends"),
        (&document.replace("document:2.0", "document:1.2"), "line 2: the document is XLIFF 1"),
        (&document.replace("srcLang=\"en\"", ""), "line 2: <xliff> has no srcLang"),
        ("", "line 1: the document is not XLIFF 2"),
        ("{}", "line 1: the document is not XLIFF 2"),
        ("<a/>", "line 1: the document is not XLIFF 2"),
        (&format!("{document}<xliff/>"), "line "),
        (&" ".repeat(32 * 1024 * 1024 + 1), "line 1: the document has 33554433 bytes"),
    ] {
        let error = Xliff::parse(text).unwrap_err().to_string();
        assert!(error.starts_with(expected) && error.contains("hint: "), "{error}");
    }
}

/// A message's source: text, placeholders and markup, with or without variants.
fn message() -> impl Strategy<Value = String> {
    let text = "[^\\x00\\\\{}|]{0,8}|\\\\\\{|\\\\\\}|\\\\\\\\";
    let code = prop::sample::select(vec![
        "{$x}",
        "{$due :date}",
        "{ $n  :number }",
        "{:greeting}",
        "{|a b|}",
        "{#b}",
        "{/b}",
        "{#i @x=1}",
        "{#br /}",
    ]);
    let piece = prop_oneof![3 => text.prop_map(String::from), 2 => code.prop_map(String::from)];
    let pattern = prop::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat());
    let keys = prop::collection::btree_set(
        prop::sample::select(vec!["one", "other", "few", "1", "|a b|", "||", "|·-|"]),
        0..4,
    );
    let choice =
        (keys, prop::collection::vec(pattern.clone(), 5), any::<bool>()).prop_map(|(keys, patterns, is_long)| {
            let gap = if is_long { "\n  " } else { " " };
            let keys = keys.into_iter().chain(["*"]).zip(patterns);
            let variants: String = keys.map(|(key, pattern)| format!("{gap}{key} {{{{{pattern}}}}}")).collect();
            format!(".input {{$n :number}}{gap}.match $n{variants}")
        });
    let quoted = pattern.clone().prop_map(|it| format!(".local $y = {{$x :string}} {{{{{it}}}}}"));
    prop_oneof![3 => pattern, 1 => quoted, 3 => choice]
        .prop_filter("a message may not begin with a dot", |it| mf2_syntax::parse_model(it).message.is_some())
}

/// A message file in one of several styles.
fn messages() -> impl Strategy<Value = String> {
    let key = prop_oneof![4 => "[a-d]{1,2}", 1 => "[^.]{1,3}"];
    (prop::collection::btree_map(key, message(), 0..6), 0..3).prop_map(|(messages, style)| match style {
        0 => serde_json::to_string(&messages).unwrap(),
        1 => serde_json::to_string_pretty(&messages).unwrap() + "\n",
        _ => format!("{{ \"deep\": {} }}", serde_json::to_string_pretty(&messages).unwrap()),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_untouched_document_changes_nothing(en in messages(), other in messages(), tag in "ru|ja|ar|fr") {
        let (from, to) = (file("en", Some(&en)), file(&tag, Some(&other)));
        let document = export_xliff("p", from, to).unwrap();
        let import = Xliff::parse(&document).unwrap().merge(from, to).unwrap();
        prop_assert_eq!((import.text, import.skipped), (None, vec![]), "{}", document);
    }

    #[test]
    fn a_translated_document_comes_back_whole(en in messages(), other in prop::option::of(messages()), tag in "ru|ja|ar|fr") {
        let (from, to) = (file("en", Some(&en)), file(&tag, other.as_deref()));
        let document = translated(&export_xliff("p", from, to).unwrap());
        let import = Xliff::parse(&document).unwrap().merge(from, to).unwrap();
        prop_assert_eq!(&import.skipped, &vec![], "{}", document);
        let Some(new) = import.text.or(other) else { return Ok(()) };
        prop_assert!(Catalog::parse([(tag.as_str(), new.as_str())]).is_ok());
        let to = file(&tag, Some(&new));
        let again = export_xliff("p", from, to).unwrap();
        prop_assert!(!again.contains("state=\"initial\""), "{}\n{}", new, again);
        let import = Xliff::parse(&again).unwrap().merge(from, to).unwrap();
        prop_assert_eq!((import.text, import.skipped), (None, vec![]));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_document_damages_nothing(
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0..40_usize, "[<>&;/\"a-z#0-9 ={}$]{0,6}"), 1..4),
    ) {
        let mut document = WHOLE.clone();
        for (at, length, new) in cuts {
            let starts: Vec<usize> = document.char_indices().map(|(start, _)| start).collect();
            let from = at.index(starts.len());
            let to = starts.get(from + length).copied().unwrap_or(document.len());
            document.replace_range(starts[from]..to, &new);
        }
        let Ok(document) = Xliff::parse(&document) else { return Ok(()) };
        let Ok(import) = document.merge(file("en", Some(EN)), file("fr", Some(FR))) else { return Ok(()) };
        if let Some(text) = import.text {
            prop_assert!(Catalog::parse([("fr", text.as_str())]).is_ok());
        }
    }
}

/// The document with each source as its own translation where there is none.
fn translated(document: &str) -> String {
    document
        .split_inclusive("</segment>")
        .map(|segment| {
            let (Some((_, rest)), false) = (segment.split_once("<source>"), segment.contains("<target>")) else {
                return segment.to_owned();
            };
            let source = rest.split_once("</source>").unwrap().0;
            let target = format!("</source><target>{source}</target>");
            segment.replace("</source>", &target).replace("state=\"initial\"", "state=\"translated\"")
        })
        .collect()
}
