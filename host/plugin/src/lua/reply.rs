//! What a hook answers, read from Lua: drafts and decisions.

use cuecard_model::{
    Action, Alternative, Classification, ClassifiedEmotion, Decision, DetectedLanguage, DetectedScenario, Draft,
    Outreach, Purpose, ScenarioId, Step, StepKind, Timer,
};
use serde::{Deserialize, de::IntoDeserializer, de::value::Error as WordError};

use super::{
    raw::{Kind, Slot},
    read::{Read, ReadError, Reader},
};
use crate::classified::{self, MOST_ALTERNATIVES};

/// The answer of `compose`.
pub(super) fn drafts(reader: &mut Reader<'_, '_>, slot: Slot, most: u32) -> Read<Vec<Draft>> {
    if reader.kind(slot) == Kind::Nil {
        return Err(ReadError::new("nothing was returned; hint: return {} to suggest nothing"));
    }
    reader.list(slot, most as usize, draft)
}

/// The answer of `trigger`.
pub(super) fn decisions(reader: &mut Reader<'_, '_>, slot: Slot, most: u32) -> Read<Vec<Decision>> {
    if reader.kind(slot) == Kind::Nil {
        return Err(ReadError::new("nothing was returned; hint: return {} to decide nothing"));
    }
    reader.list(slot, most as usize, decision)
}

/// The answer of `localize`.
pub(super) fn draft(reader: &mut Reader<'_, '_>, slot: Slot) -> Read<Draft> {
    const NAMES: &[&str] =
        &["scenario", "title", "message", "arguments", "text", "steps", "actions", "reason", "confidence"];
    let mut draft = Draft::default();
    reader.record(slot, NAMES, |reader, name, value| {
        match name {
            "scenario" => draft.scenario = Some(reader.text(value)?.into()),
            "title" => draft.title = Some(reader.text(value)?),
            "message" => draft.message = Some(reader.text(value)?),
            "arguments" => draft.arguments = reader.fields(value)?,
            "text" => draft.text = Some(reader.text(value)?),
            "steps" => draft.steps = reader.list(value, 64, step)?,
            "actions" => draft.actions = reader.list(value, 64, action)?,
            "reason" => draft.reason = reader.text(value)?,
            _ => draft.confidence = Some(confidence(reader, value)?),
        }
        Ok(())
    })?;
    Ok(draft)
}

/// The answer of `classify`.
pub(super) fn classification(reader: &mut Reader<'_, '_>, slot: Slot) -> Read<Classification> {
    if reader.kind(slot) == Kind::Nil {
        return Err(ReadError::new("nothing was returned; hint: return {} to leave everything as it is"));
    }
    let mut found = Classification::default();
    reader.record(slot, &["language", "scenario", "emotion", "stage", "reason"], |reader, name, value| {
        match name {
            "language" => found.language = Some(language(reader, value)?),
            "scenario" => found.scenario = Some(scenario(reader, value)?),
            "emotion" => found.emotion = Some(emotion(reader, value)?),
            "stage" => found.stage = Some(word(reader, value)?),
            _ => found.reason = reader.text(value)?,
        }
        Ok(())
    })?;
    Ok(found)
}

fn language(reader: &mut Reader<'_, '_>, slot: Slot) -> Read<DetectedLanguage> {
    let (mut tag, mut sure) = (None, None);
    reader.record(slot, &["tag", "confidence"], |reader, name, value| {
        match name {
            "tag" => tag = Some(checked(reader, value, classified::language)?),
            _ => sure = Some(confidence(reader, value)?),
        }
        Ok(())
    })?;
    Ok(DetectedLanguage { tag: present(tag, "tag")?, confidence: present(sure, "confidence")? })
}

fn scenario(reader: &mut Reader<'_, '_>, slot: Slot) -> Read<DetectedScenario> {
    let (mut id, mut sure, mut alternatives) = (None, None, Vec::new());
    reader.record(slot, &["id", "confidence", "alternatives"], |reader, name, value| {
        match name {
            "id" => id = Some(checked(reader, value, classified::scenario)?),
            "confidence" => sure = Some(confidence(reader, value)?),
            _ => alternatives = reader.list(value, MOST_ALTERNATIVES, alternative)?,
        }
        Ok(())
    })?;
    let id = ScenarioId::from(present(id, "id")?);
    Ok(DetectedScenario { id, confidence: present(sure, "confidence")?, alternatives })
}

fn alternative(reader: &mut Reader<'_, '_>, slot: Slot) -> Read<Alternative> {
    let (mut id, mut sure) = (None, None);
    reader.record(slot, &["id", "confidence"], |reader, name, value| {
        match name {
            "id" => id = Some(checked(reader, value, classified::scenario)?),
            _ => sure = Some(confidence(reader, value)?),
        }
        Ok(())
    })?;
    Ok(Alternative { id: present(id, "id")?.into(), confidence: present(sure, "confidence")? })
}

fn emotion(reader: &mut Reader<'_, '_>, slot: Slot) -> Read<ClassifiedEmotion> {
    let (mut label, mut intensity, mut trend) = (None, None, None);
    reader.record(slot, &["label", "intensity", "trend"], |reader, name, value| {
        match name {
            "label" => label = Some(word(reader, value)?),
            "intensity" => intensity = Some(confidence(reader, value)?),
            _ => trend = Some(word(reader, value)?),
        }
        Ok(())
    })?;
    Ok(ClassifiedEmotion { label: present(label, "label")?, intensity: present(intensity, "intensity")?, trend })
}

fn checked(reader: &mut Reader<'_, '_>, slot: Slot, check: fn(&str) -> Result<(), String>) -> Read<String> {
    let text = reader.text(slot)?;
    check(&text).map(|()| text).map_err(ReadError::new)
}

fn confidence(reader: &mut Reader<'_, '_>, slot: Slot) -> Read<f64> {
    let number = reader.number(slot)?;
    classified::share(number).map(|()| number).map_err(ReadError::new)
}

fn step(reader: &mut Reader<'_, '_>, slot: Slot) -> Read<Step> {
    let (mut kind, mut step) =
        (None, Step { kind: StepKind::Fact, message: None, arguments: <_>::default(), text: None });
    reader.record(slot, &["kind", "message", "arguments", "text"], |reader, name, value| {
        match name {
            "kind" => kind = Some(word(reader, value)?),
            "message" => step.message = Some(reader.text(value)?),
            "arguments" => step.arguments = reader.fields(value)?,
            _ => step.text = Some(reader.text(value)?),
        }
        Ok(())
    })?;
    step.kind = present(kind, "kind")?;
    Ok(step)
}

fn action(reader: &mut Reader<'_, '_>, slot: Slot) -> Read<Action> {
    let (mut kind, mut args) = (None, <_>::default());
    reader.record(slot, &["type", "args"], |reader, name, value| {
        match name {
            "type" => kind = Some(reader.text(value)?),
            _ => args = reader.fields(value)?,
        }
        Ok(())
    })?;
    Ok(Action { kind: present(kind, "type")?, args })
}

fn decision(reader: &mut Reader<'_, '_>, slot: Slot) -> Read<Decision> {
    let (mut decision, mut count) = (None, 0);
    reader.record(slot, &["outreach", "timer", "cancel"], |reader, name, value| {
        count += 1;
        decision = Some(match name {
            "outreach" => Decision::Outreach(outreach(reader, value)?),
            "timer" => Decision::Timer(timer(reader, value)?),
            _ => Decision::Cancel(reader.text(value)?),
        });
        Ok(())
    })?;
    match decision {
        Some(decision) if count == 1 => Ok(decision),
        _ => Err(ReadError::new("a decision is one of {outreach = ...}, {timer = ...}, {cancel = ...}")),
    }
}

fn outreach(reader: &mut Reader<'_, '_>, slot: Slot) -> Read<Outreach> {
    const NAMES: &[&str] = &[
        "occurrence",
        "purpose",
        "scenario",
        "message",
        "arguments",
        "text",
        "channel",
        "template",
        "reason_at",
        "valid_until",
        "reason",
    ];
    let (mut occurrence, mut purpose) = (None, None);
    let (mut scenario, mut message, mut text, mut channel, mut template) = (None, None, None, None, None);
    let (mut reason_at, mut valid_until) = (None, None);
    let (mut arguments, mut reason) = (<_>::default(), String::new());
    reader.record(slot, NAMES, |reader, name, value| {
        match name {
            "occurrence" => occurrence = Some(reader.text(value)?),
            "purpose" => purpose = Some(word::<Purpose>(reader, value)?),
            "scenario" => scenario = Some(reader.text(value)?.into()),
            "message" => message = Some(reader.text(value)?),
            "arguments" => arguments = reader.fields(value)?,
            "text" => text = Some(reader.text(value)?),
            "channel" => channel = Some(reader.text(value)?),
            "template" => template = Some(reader.text(value)?),
            "reason_at" => reason_at = Some(reader.timestamp(value)?),
            "valid_until" => valid_until = Some(reader.timestamp(value)?),
            _ => reason = reader.text(value)?,
        }
        Ok(())
    })?;
    let (occurrence, purpose) = (present(occurrence, "occurrence")?, present(purpose, "purpose")?);
    Ok(Outreach {
        occurrence,
        purpose,
        scenario,
        message,
        arguments,
        text,
        channel,
        template,
        reason,
        reason_at,
        valid_until,
    })
}

fn timer(reader: &mut Reader<'_, '_>, slot: Slot) -> Read<Timer> {
    let (mut key, mut at, mut event, mut fields) = (None, None, None, <_>::default());
    reader.record(slot, &["key", "at", "event", "fields"], |reader, name, value| {
        match name {
            "key" => key = Some(reader.text(value)?),
            "at" => at = Some(reader.timestamp(value)?),
            "event" => event = Some(reader.text(value)?),
            _ => fields = reader.fields(value)?,
        }
        Ok(())
    })?;
    Ok(Timer { key: present(key, "key")?, at: present(at, "at")?, event: present(event, "event")?, fields })
}

/// One of a closed set of words, which the model's own serde names know.
pub(super) fn word<'de, T: Deserialize<'de>>(reader: &mut Reader<'_, '_>, slot: Slot) -> Read<T> {
    let text = reader.text(slot)?;
    let read: Result<T, WordError> = T::deserialize(text.into_deserializer());
    read.map_err(|error| ReadError::new(error.to_string().replace("variant", "word").replace('`', "'")))
}

fn present<T>(value: Option<T>, name: &str) -> Read<T> {
    value.ok_or_else(|| ReadError::new(format!("'{name}' is missing")))
}
