//! Write a Cuecard plugin in Rust: implement [`Plugin`], export it, run `cuecard build`.
//!
//! ```ignore
//! use cuecard_sdk::{Draft, Plugin, StepKind, Turn};
//!
//! struct Hello;
//!
//! impl Plugin for Hello {
//!     fn compose(turn: Turn) -> Result<Vec<Draft>, String> {
//!         Ok(vec![Draft::message("hello").arg("orders", turn.customer.orders.len()).because("says hello")])
//!     }
//! }
//!
//! cuecard_sdk::export!(Hello);
//! ```
//!
//! A hook call is a pure function of what it is handed. An instance lives for one call: statics start fresh each time,
//! memory is given back all at once, and [`host::get_key`] and [`host::set_key`] are how a plugin remembers.

mod alloc;
mod fields;
mod log;
mod make;
mod money;
mod panic;

#[doc(hidden)]
#[allow(missing_docs, reason = "generated from sdk/wit/v1, where the types are documented")]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../wit/v1",
        world: "plugin",
        pub_export_macro: true,
        export_macro_name: "export_world",
        default_bindings_module: "cuecard_sdk::bindings",
    });
}

#[doc(hidden)]
#[allow(missing_docs, reason = "generated from sdk/wit/v1, where the types are documented")]
pub mod migration {
    wit_bindgen::generate!({
        path: "../wit/v1",
        world: "migrates",
        pub_export_macro: true,
        export_macro_name: "export_migration",
        default_bindings_module: "cuecard_sdk::migration",
        with: { "cuecard:plugin/types@1.0.0": crate::bindings::cuecard::plugin::types },
    });
}

pub use bindings::cuecard::plugin::{host, types::*};
pub use fields::Fields;

#[doc(hidden)]
pub use panic::log_panics;

/// The hooks. Which of them are called, `plugin.toml` says; leave out the others.
///
/// An `Err` reaches the plugin's author as the reason why there was no answer.
pub trait Plugin {
    /// What an agent could say next.
    fn compose(turn: Turn) -> Result<Vec<Draft>, String> {
        let _ = turn;
        Ok(Vec::new())
    }

    /// Changes a draft for a culture.
    fn localize(draft: Draft, culture: Culture) -> Result<Draft, String> {
        let _ = culture;
        Ok(draft)
    }

    /// Whom to contact, or when to look again.
    fn trigger(event: Event, customer: Customer) -> Result<Vec<Decision>, String> {
        let _ = (event, customer);
        Ok(Vec::new())
    }

    /// What the plugin understands otherwise than the host.
    fn classify(turn: Turn) -> Result<Classification, String> {
        let _ = turn;
        Ok(Classification::default())
    }
}

/// What a plugin brings besides once the format of its stored keys has changed, which `version` under `[keys]` in
/// `plugin.toml` says. Exported by `export!(YourPlugin, with migrate)`.
pub trait Migrate {
    /// All of one customer's keys, stored in version `from`, in the format of this version. What it leaves out is gone.
    /// An `Err` keeps the version from going live.
    fn migrate(from: u32, keys: Vec<Field>) -> Result<Vec<Field>, String>;
}

/// Makes a type that implements [`Plugin`] the plugin of this crate; `, with migrate` one that implements [`Migrate`] too.
#[macro_export]
macro_rules! export {
    ($plugin:ty, with migrate) => {
        $crate::export!($plugin);

        const _: () = {
            struct Exported;

            impl $crate::migration::Guest for Exported {
                fn migrate(from: u32, keys: Vec<$crate::Field>) -> Result<Vec<$crate::Field>, String> {
                    $crate::log_panics();
                    <$plugin as $crate::Migrate>::migrate(from, keys)
                }
            }

            $crate::migration::export_migration!(Exported with_types_in $crate::migration);
        };
    };
    ($plugin:ty) => {
        const _: () = {
            struct Exported;

            impl $crate::bindings::Guest for Exported {
                fn compose(turn: $crate::Turn) -> Result<Vec<$crate::Draft>, String> {
                    $crate::log_panics();
                    <$plugin as $crate::Plugin>::compose(turn)
                }

                fn localize(draft: $crate::Draft, culture: $crate::Culture) -> Result<$crate::Draft, String> {
                    $crate::log_panics();
                    <$plugin as $crate::Plugin>::localize(draft, culture)
                }

                fn trigger(event: $crate::Event, customer: $crate::Customer) -> Result<Vec<$crate::Decision>, String> {
                    $crate::log_panics();
                    <$plugin as $crate::Plugin>::trigger(event, customer)
                }

                fn classify(turn: $crate::Turn) -> Result<$crate::Classification, String> {
                    $crate::log_panics();
                    <$plugin as $crate::Plugin>::classify(turn)
                }
            }

    $crate::bindings::export_world!(Exported with_types_in $crate::bindings);
        };
    };
}
