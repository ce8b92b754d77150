//! Insights: from what the engine has counted to figures that a person can act on. Plain functions of data; who asks and
//! where it is shown is `http/insights`.

mod attention;
mod edits;
mod figures;
mod rates;
mod similar;
mod table;
mod targets;

pub(crate) use self::{
    attention::attention,
    edits::habits,
    figures::Figures,
    rates::{Difference, Rate},
    similar::clusters,
    table::csv,
    targets::{Target, judge, wrong},
};
