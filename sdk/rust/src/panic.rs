//! A panic's message reaches the author: the host shows the line that is logged here as the reason of the failure.

use crate::{LogLevel, host};

/// Logs panics from here on. The host looks for a line that begins with "panicked at".
pub fn log_panics() {
    #[cfg(target_arch = "wasm32")]
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(String::new, |at| format!("{}:{}", at.file(), at.line()));
        let message = info.payload_as_str().unwrap_or("no message");
        let _ = host::log(LogLevel::Error, &format!("panicked at {place}: {message}"));
    }));
    #[cfg(not(target_arch = "wasm32"))]
    let _ = (LogLevel::Error, host::log as fn(_, &str) -> _);
}
