//! What `cuecard new` writes: for each hook the parts that are the same in every language, and a language's own.

use super::{Hook, Language};

/// Name and content of a file.
pub(super) type File = (&'static str, &'static str);

/// A template's text. `.in` keeps our own tools from taking one for a crate.
macro_rules! text {
    ($path:literal) => {
        include_str!(concat!("../../../templates/", $path))
    };
}

const COMPOSE: &[File] = &[
    ("plugin.toml", text!("compose/plugin.toml")),
    ("scenarios.toml", text!("compose/scenarios.toml")),
    ("messages/en.json", text!("compose/messages/en.json")),
    ("tests/first.toml", text!("compose/tests/first.toml")),
];

const CLASSIFY: &[File] =
    &[("plugin.toml", text!("classify/plugin.toml")), ("tests/first.toml", text!("classify/tests/first.toml"))];

const NODE: &[File] = &[("package.json", text!("js/package.json")), ("tsconfig.json", text!("js/tsconfig.json"))];

/// The contract as Luau's language server reads it, where the settings of a new plugin look for it, and these settings.
const CONTRACT: &str = include_str!("../../../../../sdk/lua/cuecard.luau");
const DEFINITIONS: &str = ".vscode/cuecard.d.luau";
const SETTINGS: &str = include_str!("../../../../../sdk/lua/settings.json");

impl Hook {
    pub(super) fn files(self) -> &'static [File] {
        match self {
            Self::Compose => COMPOSE,
            Self::Classify => CLASSIFY,
        }
    }
}

impl Language {
    /// The file that holds the code, for a hook.
    pub(super) fn code(self, hook: Hook) -> File {
        let texts = match self {
            Self::Lua => ("main.luau", text!("lua/compose.luau"), text!("lua/classify.luau")),
            Self::Rust => ("src/lib.rs", text!("rust/compose.rs.in"), text!("rust/classify.rs.in")),
            Self::Js => ("main.js", text!("js/compose.js"), text!("js/classify.js")),
            Self::Ts => ("main.ts", text!("ts/compose.ts"), text!("ts/classify.ts")),
            Self::Python => ("main.py", text!("python/compose.py"), text!("python/classify.py")),
            Self::C => ("main.c", text!("c/compose.c"), text!("c/classify.c")),
        };
        let (name, compose, classify) = texts;
        match hook {
            Hook::Compose => (name, compose),
            Hook::Classify => (name, classify),
        }
    }

    /// What its tools and an editor want beside it.
    pub(super) fn files(self) -> &'static [File] {
        match self {
            Self::Lua => &[],
            Self::Rust => &[("Cargo.toml", text!("rust/Cargo.toml.in"))],
            Self::Js | Self::Ts => NODE,
            Self::Python => &[
                ("requirements.txt", text!("python/requirements.txt")),
                ("pyrightconfig.json", text!("python/pyrightconfig.json")),
            ],
            Self::C => &[("compile_flags.txt", text!("c/compile_flags.txt"))],
        }
    }

    /// What VS Code wants to know the contract by: no part of the bundle, because its folder begins with a dot.
    pub(super) fn editor(self) -> Vec<(&'static str, String)> {
        if !matches!(self, Self::Lua) {
            return Vec::new();
        }
        let settings = SETTINGS.replace("sdk/lua/cuecard.luau", DEFINITIONS);
        vec![(".vscode/settings.json", settings), (DEFINITIONS, CONTRACT.to_owned())]
    }

    /// `runtime` and `entry` of the manifest.
    pub(super) fn runtime(self) -> (&'static str, &'static str) {
        if matches!(self, Self::Lua) { ("lua", "main.luau") } else { ("wasm", "plugin.wasm") }
    }

    /// What the manifest must ask for.
    pub(super) fn capabilities(self) -> &'static str {
        match self {
            // Python carries its interpreter and library with it.
            Self::Python => "\n[capabilities]\nlarge = true\n",
            Self::Lua | Self::Rust | Self::Js | Self::Ts | Self::C => "",
        }
    }

    /// Commands that install what `cuecard build` needs, to be run in the plugin's folder.
    pub(super) fn install(self) -> Option<&'static str> {
        match self {
            Self::Js | Self::Ts => Some("npm install"),
            Self::Python => Some("python3 -m venv .venv && .venv/bin/pip install -r requirements.txt"),
            Self::Lua | Self::Rust | Self::C => None,
        }
    }
}
