//! stub
use cuecard_model::{Customer, Stage, Timestamp};
pub(crate) fn find(_: &Customer, _: &str, _: Timestamp) -> Stage { Stage::Browsing }
