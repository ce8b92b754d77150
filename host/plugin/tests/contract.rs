//! `sdk/wit/v1/cuecard.wit` and `sdk/lua/cuecard.luau` are two spellings of one contract: compared name by name, type
//! by type, so that neither can change alone.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::too_many_lines,
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "tests, and helpers that they share"
)]

#[path = "contract/typescript.rs"]
mod typescript;

use std::collections::BTreeMap;

use wit_parser::{Function, Resolve, Type, TypeDefKind, TypeId, WorldItem};

const SDK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../sdk");

/// What a plugin answers with may leave out lists and reasons in Lua: nothing is an empty list there.
const ANSWERS: [&str; 7] = ["Draft", "Step", "Action", "Outreach", "Timer", "Classification", "ClassifiedScenario"];

/// Names to types, each spelled in one line of normalized Luau.
type Types = BTreeMap<String, String>;

#[test]
fn both_spellings_say_the_same() {
    let wit = wit_types();
    let lua = lua_types(&std::fs::read_to_string(format!("{SDK}/lua/cuecard.luau")).unwrap());
    let names = |types: &Types| types.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&wit), names(&lua), "the types of cuecard.wit (left) and cuecard.luau (right)");
    let different: Vec<String> = wit
        .iter()
        .filter(|(name, spelled)| lua.get(*name) != Some(*spelled))
        .map(|(name, spelled)| format!("{name}\n  wit: {spelled}\n  lua: {}", lua.get(name).unwrap()))
        .collect();
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn a_change_on_one_side_is_seen() {
    let source = std::fs::read_to_string(format!("{SDK}/lua/cuecard.luau")).unwrap();
    let wit = wit_types();
    for (old, new) in [
        ("tracking_url: string?", "tracking_url: string"),
        ("\"informal\" |", "\"casual\" |"),
        ("random: () -> number", "random: () -> string"),
        ("person: string?, ", ""),
        ("trigger: ((event: Event, customer: Customer)", "trigger: ((customer: Customer, event: Event)"),
        (", cancel: string?", ""),
    ] {
        assert!(source.contains(old), "{old}");
        assert_ne!(wit, lua_types(&source.replacen(old, new, 1)), "{old} became {new}");
    }
}

// ---- WIT, spelled as Luau

fn wit_types() -> Types {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(format!("{SDK}/wit/v1")).unwrap();
    let world = resolve.select_world(&[package], Some("plugin")).unwrap();
    let interface = |name: &str| &resolve.interfaces[resolve.packages[package].interfaces[name]];
    let mut types: Types = interface("types").types.values().map(|id| definition(&resolve, *id)).collect();
    // A list of fields is a table in Lua, so that the pair itself has no name there.
    assert_eq!(types.remove("Field").as_deref(), Some("{ name: string, value: Value }"));
    // What a field holds, the shop decides: a checker that knew the union would ask for a cast at every use.
    types.insert("Fields".into(), "{ [string]: any }".into());
    let host =
        interface("host").functions.values().map(|function| (snake(&function.name), signature(&resolve, function)));
    types.insert("Host".into(), table(host));
    let migrates = resolve.select_world(&[package], Some("migrates")).unwrap();
    let exports = resolve.worlds[world].exports.iter().chain(&resolve.worlds[migrates].exports);
    let hooks = exports.map(|(name, item)| match item {
        WorldItem::Function(function) => {
            (snake(&resolve.name_world_key(name)), format!("({})?", signature(&resolve, function)))
        }
        other => panic!("the world exports {other:?}"),
    });
    types.insert("Plugin".into(), table(hooks));
    types
}

fn definition(resolve: &Resolve, id: TypeId) -> (String, String) {
    let definition = &resolve.types[id];
    let name = pascal(definition.name.as_ref().unwrap());
    let optional = ANSWERS.contains(&name.as_str());
    let spelled = match &definition.kind {
        TypeDefKind::Type(alias) => of(resolve, alias),
        TypeDefKind::Enum(cases) => union(cases.cases.iter().map(|case| format!("{:?}", snake(&case.name)))),
        TypeDefKind::Record(record) => table(record.fields.iter().map(|field| {
            let spelled = of(resolve, &field.ty);
            let may_lack = optional && (spelled == "Fields" || spelled.starts_with("{ ") || field.name == "reason");
            (snake(&field.name), if may_lack { format!("{spelled}?") } else { spelled })
        })),
        TypeDefKind::Variant(variant) if name == "Value" => {
            union(variant.cases.iter().map(|case| of(resolve, &case.ty.unwrap())))
        }
        // One of several tables is a table of which one field is set: a checker says more about what is wrong with it.
        TypeDefKind::Variant(variant) => {
            table(variant.cases.iter().map(|case| (snake(&case.name), format!("{}?", of(resolve, &case.ty.unwrap())))))
        }
        other => panic!("{name} is {other:?}, which has no spelling in Lua"),
    };
    (name, spelled)
}

fn signature(resolve: &Resolve, function: &Function) -> String {
    let parameters = function.params.iter().map(|parameter| {
        let spelled = of(resolve, &parameter.ty);
        // `arguments` may be left out where a message has none.
        let spelled = if spelled == "Fields" && parameter.name == "arguments" { "Fields?".to_owned() } else { spelled };
        format!("{}: {spelled}", snake(&parameter.name))
    });
    let parameters = parameters.collect::<Vec<_>>().join(", ");
    format!("({parameters}) -> {}", function.result.as_ref().map_or("()".into(), |result| of(resolve, result)))
}

fn of(resolve: &Resolve, ty: &Type) -> String {
    match ty {
        Type::Bool => "boolean".into(),
        Type::String => "string".into(),
        Type::S64 | Type::U32 | Type::F64 => "number".into(),
        Type::Id(id) => named(resolve, *id),
        other => panic!("{other:?} has no spelling in Lua"),
    }
}

fn named(resolve: &Resolve, id: TypeId) -> String {
    let definition = &resolve.types[id];
    match (&definition.name, &definition.kind) {
        (Some(name), _) => pascal(name),
        (None, TypeDefKind::Option(inner)) => format!("{}?", of(resolve, inner)),
        (None, TypeDefKind::List(item)) => match of(resolve, item).as_str() {
            "Field" => "Fields".into(),
            item => format!("{{ {item} }}"),
        },
        (None, TypeDefKind::Result(result)) => {
            assert_eq!(result.err, Some(Type::String), "errors are raised as text in Lua");
            result.ok.as_ref().map_or("()".into(), |ok| of(resolve, ok))
        }
        (None, other) => panic!("{other:?} has no spelling in Lua"),
    }
}

// ---- Luau, normalized

/// The `export type`s of a file, without comments, on one line each, fields and alternatives in order of name.
fn lua_types(source: &str) -> Types {
    let code = source.lines().filter(|line| !line.trim_start().starts_with("--")).collect::<Vec<_>>().join(" ");
    let code = code.split(" declare cuecard").next().unwrap();
    let definitions = code.split("export type ").skip(1);
    definitions
        .map(|definition| {
            let (name, spelled) = definition.split_once(" = ").or_else(|| definition.split_once(" =")).unwrap();
            (name.trim().to_owned(), normalized(spelled))
        })
        .collect()
}

fn normalized(spelled: &str) -> String {
    let spelled = spelled.split_whitespace().collect::<Vec<_>>().join(" ");
    let alternatives = split(&spelled, '|');
    if alternatives.len() > 1 {
        return union(alternatives.into_iter().map(|alternative| normalized(&alternative)));
    }
    let fields = spelled.strip_prefix("{ ").and_then(|rest| rest.strip_suffix(" }"));
    match fields {
        Some(fields) if fields.contains(": ") && !fields.starts_with('[') => {
            table(split(fields, ',').iter().filter(|field| !field.is_empty()).map(|field| {
                let (name, spelled) = field.split_once(": ").unwrap();
                (name.to_owned(), spelled.to_owned())
            }))
        }
        _ => spelled,
    }
}

/// Splits where no bracket is open.
fn split(text: &str, at: char) -> Vec<String> {
    let (mut parts, mut depth) = (vec![String::new()], 0);
    for letter in text.chars() {
        depth += i32::from("{([".contains(letter)) - i32::from("})]".contains(letter));
        if letter == at && depth == 0 {
            parts.push(String::new());
        } else {
            parts.last_mut().unwrap().push(letter);
        }
    }
    parts.into_iter().map(|part| part.trim().to_owned()).collect()
}

/// Fields in order of name: order means nothing in either language, the contract's readers see it by eye.
fn table(fields: impl Iterator<Item = (String, String)>) -> String {
    let mut fields: Vec<_> = fields.map(|(name, spelled)| format!("{name}: {spelled}")).collect();
    fields.sort();
    format!("{{ {} }}", fields.join(", "))
}

fn union(alternatives: impl Iterator<Item = String>) -> String {
    let mut alternatives: Vec<_> = alternatives.collect();
    alternatives.sort();
    alternatives.join(" | ")
}

fn snake(kebab: &str) -> String {
    kebab.replace('-', "_")
}

fn pascal(kebab: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    kebab.split('-').map(capital).collect()
}
