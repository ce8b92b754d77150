//! The setting of the message that is being rendered on this thread.
//!
//! The interpreter's functions are statics without a place for a setting, so the setting waits here while one
//! message is formatted. Rendering is synchronous and does not nest, and the guard empties the place again.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use cuecard_model::{Register, Timestamp};
use jiff::tz::TimeZone;

use crate::{Manner, words::Words};

/// What functions need to word a value.
pub(super) struct Scene {
    /// The tools of the locale that values are written in.
    pub(super) words: Rc<Words>,
    /// The customer's zone.
    pub(super) zone: TimeZone,
    /// The turn's clock.
    pub(super) now: Timestamp,
    /// The form of address.
    pub(super) register: Register,
    /// The customer's name as one would say it; empty if unknown or if the message does not ask for it.
    pub(super) person: String,
    /// The customer's gender; empty if unknown.
    pub(super) gender: String,
    /// Whether shorter words are wanted.
    pub(super) short: bool,
    /// As whom the shop speaks: `female`, `male`, or nothing.
    pub(super) speaker: &'static str,
    /// Greetings and their like; absent if no message of the file asks for them.
    pub(super) manner: Option<Arc<Manner>>,
}

thread_local! {
    static CURRENT: RefCell<Option<Rc<Scene>>> = const { RefCell::new(None) };
}

/// Ends the scene when dropped.
pub(super) struct Playing(());

impl Drop for Playing {
    fn drop(&mut self) {
        CURRENT.set(None);
    }
}

/// Sets the scene until the guard is dropped.
pub(super) fn play(scene: Scene) -> Playing {
    CURRENT.set(Some(Rc::new(scene)));
    Playing(())
}

/// The scene, while a message is being formatted.
pub(super) fn current() -> Option<Rc<Scene>> {
    CURRENT.with_borrow(Clone::clone)
}
