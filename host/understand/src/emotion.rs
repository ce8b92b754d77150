//! stub
use cuecard_model::*;
pub(crate) fn detect(_: &str, _: &crate::text::Normalized, _: &[Message]) -> Emotion {
    Emotion { label: EmotionLabel::Neutral, intensity: 0.0, trend: Trend::Steady }
}
