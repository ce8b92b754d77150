//! `sdk/js/types.d.ts` is made from the WIT: the same text, or the test says how to make it again.

use wit_parser::{Docs, Resolve, Type, TypeDef, TypeDefKind};

use super::{ANSWERS, SDK, pascal};

const HEAD: &str =
    "// Made from sdk/wit/v1/cuecard.wit: UPDATE_GOLDEN=1 cargo nextest run -p cuecard-plugin typescript\n";

#[test]
fn the_types_of_typescript_are_those_of_the_contract() {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(format!("{SDK}/wit/v1")).unwrap();
    let types = &resolve.interfaces[resolve.packages[package].interfaces["types"]].types;
    let mut made = String::from(HEAD);
    for id in types.values() {
        let definition = &resolve.types[*id];
        if definition.name.as_deref() == Some("field") {
            made += "\n/** Values by name. */\nexport type Fields = Record<string, Value | null | undefined>;\n";
        } else {
            made += &spelled(&resolve, definition);
        }
    }
    let path = format!("{SDK}/js/types.d.ts");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "sdk/js/types.d.ts is not what the contract says; its first line says how to make it again");
}

fn spelled(resolve: &Resolve, definition: &TypeDef) -> String {
    let name = pascal(definition.name.as_ref().unwrap());
    let about = comment(&definition.docs, "");
    match &definition.kind {
        TypeDefKind::Type(alias) => format!("\n{about}export type {name} = {};\n", of(resolve, alias)),
        TypeDefKind::Enum(cases) => {
            let cases: Vec<_> = cases.cases.iter().map(|case| format!("{:?}", case.name)).collect();
            format!("\n{about}export type {name} = {};\n", cases.join(" | "))
        }
        TypeDefKind::Record(record) => {
            let may_lack = ANSWERS.contains(&name.as_str());
            let fields: String = record
                .fields
                .iter()
                .map(|field| {
                    let ty = of(resolve, &field.ty);
                    let list = ty == "Fields" || ty.ends_with("[]");
                    let optional = ty.ends_with("| null") || may_lack && (list || field.name == "reason");
                    let mark = if optional { "?" } else { "" };
                    format!("{}  {}{mark}: {ty};\n", comment(&field.docs, "  "), camel(&field.name))
                })
                .collect();
            format!("\n{about}export interface {name} {{\n{fields}}}\n")
        }
        TypeDefKind::Variant(_) if name == "Value" => {
            format!("\n{about}export type Value = boolean | number | string | Money;\n")
        }
        TypeDefKind::Variant(variant) => {
            let cases = variant.cases.iter().map(|case| {
                let others = variant.cases.iter().filter(|other| other.name != case.name);
                let others: String = others.map(|other| format!("; {}?: undefined", camel(&other.name))).collect();
                format!("{{ {}: {}{others} }}", camel(&case.name), of(resolve, &case.ty.unwrap()))
            });
            format!("\n{about}export type {name} =\n  | {};\n", cases.collect::<Vec<_>>().join("\n  | "))
        }
        other => panic!("{name} is {other:?}, which has no spelling in TypeScript"),
    }
}

fn of(resolve: &Resolve, ty: &Type) -> String {
    let definition = match ty {
        Type::Bool => return "boolean".into(),
        Type::String => return "string".into(),
        Type::S64 | Type::U32 | Type::F64 => return "number".into(),
        Type::Id(id) => &resolve.types[*id],
        other => panic!("{other:?} has no spelling in TypeScript"),
    };
    match (&definition.name, &definition.kind) {
        (Some(name), _) => pascal(name),
        (None, TypeDefKind::Option(inner)) => format!("{} | null", of(resolve, inner)),
        (None, TypeDefKind::List(item)) => match of(resolve, item).as_str() {
            "Field" => "Fields".into(),
            item => format!("{item}[]"),
        },
        (None, other) => panic!("{other:?} has no spelling in TypeScript"),
    }
}

fn comment(docs: &Docs, indent: &str) -> String {
    docs.contents.as_ref().map_or_else(String::new, |text| {
        let text = text.trim().replace('\n', &format!("\n{indent} * "));
        format!("{indent}/** {text} */\n")
    })
}

fn camel(kebab: &str) -> String {
    let pascal = pascal(kebab);
    pascal[..1].to_lowercase() + &pascal[1..]
}
