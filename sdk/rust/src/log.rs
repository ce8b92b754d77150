//! Log lines that reach the plugin's author, with `format!`'s syntax: 100 lines a call, 1 KiB a line.

/// Writes a line for the author alone.
#[macro_export]
macro_rules! debug {
    ($($text:tt)*) => { drop($crate::host::log($crate::LogLevel::Debug, &format!($($text)*))) };
}

/// Writes a line that is worth knowing.
#[macro_export]
macro_rules! info {
    ($($text:tt)*) => { drop($crate::host::log($crate::LogLevel::Info, &format!($($text)*))) };
}

/// Writes a line that is worth looking at.
#[macro_export]
macro_rules! warn {
    ($($text:tt)*) => { drop($crate::host::log($crate::LogLevel::Warn, &format!($($text)*))) };
}
