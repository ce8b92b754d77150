//! `cargo run -p cuecard-plugin --example build -- plugins/size-advisor`: what `cuecard build` does, alone.

use std::{error::Error, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    for folder in std::env::args().skip(1) {
        cuecard_plugin::build::build(Path::new(&folder), |line| tracing::info!("{line}"))?;
    }
    Ok(())
}
