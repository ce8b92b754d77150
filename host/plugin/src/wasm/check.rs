//! What can be said of a component's bytes without compiling them: is it a plugin, and is it of a sane shape?
//!
//! Reads the bytes once, without recursion and in memory that does not grow with them. Types are compared by wasmtime
//! when the component is linked.

use wasmparser::{
    ComponentExternalKind, ComponentImport, ComponentType, ComponentTypeRef, Encoding, FunctionBody,
    InstanceTypeDeclaration, Operator, Parser, Payload, TypeBounds,
};

use super::{contract::Contract, error::LoadError};

/// How large a component may be, before anything is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Bytes in all.
    pub bytes: usize,
    /// Modules and components in all.
    pub parts: usize,
    /// Bytes of code of one function.
    pub function_bytes: u64,
}

impl Size {
    /// A plugin. The largest function of an interpreter such as QuickJS has some 100 KiB.
    pub const USUAL: Self = Self { bytes: 4 << 20, parts: 64, function_bytes: 256 << 10 };

    /// A guest that carries its language.
    pub const LARGE: Self = Self { bytes: 20 << 20, parts: 256, function_bytes: 1 << 20 };
}

/// Components within components: wit-component makes at most two levels.
const NESTING: usize = 4;

/// Loops within loops, and blocks of any kind within each other, in one function. A compiler's time is quadratic in
/// the first; a `match` of a thousand arms makes a thousand of the second.
const LOOP_NESTING: usize = 64;
const BLOCK_NESTING: usize = 4096;

/// Refuses what is not a plugin, and what no compiler would write.
pub(super) fn check(component: &[u8], contract: &Contract, size: &Size) -> Result<(), LoadError> {
    if component.len() > size.bytes {
        let reason = format!("the component has {} bytes, more than {}", component.len(), size.bytes);
        return Err(LoadError::with_hint(reason, "build it with `cuecard build`, which optimizes for size and strips"));
    }
    let mut found = Found { contract, size, depth: 0, parts: 0, exports: Vec::new() };
    for payload in Parser::new(0).parse_all(component) {
        found.see(payload.map_err(|error| malformed(&error))?)?;
    }
    match contract.exports.iter().find(|wanted| !found.exports.contains(wanted)) {
        None => Ok(()),
        Some(missing) => Err(LoadError::with_hint(
            format!("the component does not export the function `{missing}`"),
            format!(
                "implement the world `plugin` of {}; with the Rust SDK, `cuecard_sdk::export!(YourPlugin);` and \
                 `cuecard build`, which also renews a component that was built for an earlier draft of the contract",
                contract.folder
            ),
        )),
    }
}

struct Found<'c> {
    contract: &'c Contract,
    size: &'c Size,
    depth: usize,
    parts: usize,
    exports: Vec<&'static str>,
}

impl Found<'_> {
    fn see(&mut self, payload: Payload<'_>) -> Result<(), LoadError> {
        match payload {
            Payload::Version { encoding, .. } => self.enter(encoding),
            Payload::End(_) => {
                self.depth = self.depth.saturating_sub(1);
                Ok(())
            }
            Payload::ComponentImportSection(imports) if self.depth == 1 => imports
                .into_iter()
                .try_for_each(|import| allow(&import.map_err(|error| malformed(&error))?, self.contract)),
            Payload::ComponentExportSection(exports) if self.depth == 1 => exports.into_iter().try_for_each(|export| {
                let export = export.map_err(|error| malformed(&error))?;
                if export.kind == ComponentExternalKind::Func {
                    self.exports.extend(self.contract.exports.iter().filter(|wanted| **wanted == export.name.name));
                }
                Ok(())
            }),
            Payload::CodeSectionEntry(body) => check_function(&body, self.size.function_bytes),
            _ => Ok(()),
        }
    }

    fn enter(&mut self, encoding: Encoding) -> Result<(), LoadError> {
        if self.depth == 0 && encoding == Encoding::Module {
            return Err(LoadError::with_hint(
                "this is a core WebAssembly module where a component is expected",
                "build the plugin with `cuecard build`, which makes the component",
            ));
        }
        self.depth += 1;
        self.parts += 1;
        if self.depth > NESTING || self.parts > self.size.parts {
            return Err(LoadError::new(format!(
                "the component has parts nested more than {NESTING} deep, or more than {} parts",
                self.size.parts
            )));
        }
        Ok(())
    }
}

fn allow(import: &ComponentImport<'_>, contract: &Contract) -> Result<(), LoadError> {
    let name = import.name.name;
    // The world's own types are imported one by one, as names for types that are known.
    let is_type = matches!(import.ty, ComponentTypeRef::Type(TypeBounds::Eq(_)));
    if is_type || contract.imports.contains(&name) {
        return Ok(());
    }
    let shown: String = name.chars().take(200).flat_map(char::escape_debug).collect();
    let hint = if name.starts_with("wasi:") {
        "a plugin has no files, network, clock or environment: build for wasm32-unknown-unknown with `cuecard build`, \
         and use the functions of the `host` interface"
    } else {
        "a plugin may import `cuecard:plugin/host@1.0.0` alone"
    };
    Err(LoadError::with_hint(format!("the component imports `{shown}`, which no plugin is given"), hint))
}

fn check_function(body: &FunctionBody<'_>, most: u64) -> Result<(), LoadError> {
    let range = body.range();
    let size = range.end - range.start;
    if size > most {
        return Err(LoadError::new(format!("a function has {size} bytes of code, more than {most}")));
    }
    let mut blocks: Vec<bool> = Vec::new();
    let mut loops = 0;
    for operator in body.get_operators_reader().map_err(|error| malformed(&error))? {
        match operator.map_err(|error| malformed(&error))? {
            Operator::Loop { .. } => {
                loops += 1;
                blocks.push(true);
            }
            Operator::Block { .. } | Operator::If { .. } | Operator::TryTable { .. } => blocks.push(false),
            Operator::End => loops -= usize::from(blocks.pop() == Some(true)),
            _ => {}
        }
        if loops > LOOP_NESTING || blocks.len() > BLOCK_NESTING {
            return Err(LoadError::new(format!(
                "a function nests more than {LOOP_NESTING} loops or {BLOCK_NESTING} blocks within each other"
            )));
        }
    }
    Ok(())
}

fn malformed(error: &wasmparser::BinaryReaderError) -> LoadError {
    LoadError::with_hint(
        format!("not a WebAssembly component: {} at byte {:#x}", error.message(), error.offset()),
        "build the plugin again with `cuecard build`",
    )
}

/// Whether a component exports a function of this name.
pub(crate) fn exports(component: &[u8], function: &str) -> bool {
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(component) {
        match payload {
            Ok(Payload::Version { .. }) => depth += 1,
            Ok(Payload::End(_)) => depth -= 1,
            Ok(Payload::ComponentExportSection(found)) if depth == 1 => {
                let is_it = |kind, name: &str| kind == ComponentExternalKind::Func && name == function;
                if found.into_iter().filter_map(Result::ok).any(|export| is_it(export.kind, export.name.name)) {
                    return true;
                }
            }
            Ok(_) => {}
            Err(_) => break,
        }
    }
    false
}

/// Names of host functions that a component imports, as WIT spells them; empty if it cannot be read.
pub(crate) fn imported_functions(component: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(component) {
        match payload {
            Ok(Payload::Version { .. }) => depth += 1,
            Ok(Payload::End(_)) => depth -= 1,
            Ok(Payload::ComponentTypeSection(types)) if depth == 1 => {
                for ty in types.into_iter().filter_map(Result::ok) {
                    if let ComponentType::Instance(declarations) = ty {
                        found.extend(declarations.iter().filter_map(function));
                    }
                }
            }
            Ok(_) => {}
            Err(_) => break,
        }
    }
    found
}

fn function(declaration: &InstanceTypeDeclaration<'_>) -> Option<String> {
    match declaration {
        InstanceTypeDeclaration::Export { name, ty: ComponentTypeRef::Func(_) } => Some(name.name.to_owned()),
        _ => None,
    }
}
