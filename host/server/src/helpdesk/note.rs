//! Suggestions as a note that an agent reads in a helpdesk: plain Markdown, in the agent's language.
//!
//! What plugins and customers wrote is text: whatever Markdown would read as a sign is escaped, so that what is copied
//! from the note is what was meant.

use std::fmt::Write as _;

use cuecard_model::{Action, Reply, StepKind, Suggestion, Value};

/// The words around the suggestions.
struct Words {
    language: &'static str,
    reply: &'static str,
    meaning: &'static str,
    machine: &'static str,
    steps: &'static str,
    actions: &'static str,
    missing: &'static str,
    why: &'static str,
}

const WORDS: [Words; 3] = [
    Words {
        language: "en",
        reply: "Suggested reply",
        meaning: "In your language",
        machine: "machine translation",
        steps: "Steps",
        actions: "Offers to",
        missing: "Fill in before sending",
        why: "Why",
    },
    Words {
        language: "es",
        reply: "Respuesta sugerida",
        meaning: "En su idioma",
        machine: "traducción automática",
        steps: "Pasos",
        actions: "Ofrece",
        missing: "Complete antes de enviar",
        why: "Por qué",
    },
    Words {
        language: "zh",
        reply: "建议回复",
        meaning: "译文",
        machine: "机器翻译",
        steps: "步骤",
        actions: "可执行",
        missing: "发送前请补充",
        why: "理由",
    },
];

/// The note for a reply that has suggestions.
pub(crate) fn text(reply: &Reply, locale: &str) -> String {
    let language = locale.split('-').next().unwrap_or_default();
    let [english, ..] = &WORDS;
    let words = WORDS.iter().find(|words| words.language == language).unwrap_or(english);
    let all = reply.suggestions.len();
    let one = |(place, suggestion)| self::one(suggestion, words, place + 1, all);
    reply.suggestions.iter().enumerate().map(one).collect::<Vec<_>>().join("\n\n---\n\n")
}

fn one(suggestion: &Suggestion, words: &Words, place: usize, all: usize) -> String {
    let count = if all > 1 { format!(" {place}/{all}") } else { String::new() };
    let mut note = format!("**{}{count}**", words.reply);
    if !suggestion.title.is_empty() {
        let _ = write!(note, " · {}", plain(&suggestion.title));
    }
    let _ = write!(note, " · {:.0} %\n\n{}", suggestion.confidence * 100.0, plain(&suggestion.text));
    if let Some(meaning) = suggestion.text_for_agent.as_ref().filter(|meaning| **meaning != suggestion.text) {
        let machine = suggestion.text_for_agent_machine_translated.then(|| format!(" ({})", words.machine));
        let _ = write!(note, "\n\n**{}**{}\n\n{}", words.meaning, machine.unwrap_or_default(), plain(meaning));
    }
    let mut about = Vec::new();
    if suggestion.steps.len() > 1 {
        let steps: Vec<_> = suggestion.steps.iter().map(|step| step_word(step.kind, words.language)).collect();
        about.push(format!("{}: {}", words.steps, steps.join(" → ")));
    }
    if !suggestion.actions.is_empty() {
        let actions: Vec<_> = suggestion.actions.iter().map(action).collect();
        about.push(format!("{}: {}", words.actions, actions.join(", ")));
    }
    if !suggestion.missing.is_empty() {
        let missing: Vec<_> = suggestion.missing.iter().map(|name| plain(name)).collect();
        about.push(format!("{}: {}", words.missing, missing.join(", ")));
    }
    about.push(format!("{}: {} ({})", words.why, plain(&suggestion.reason), plain(&suggestion.plugin.to_string())));
    let about: Vec<_> = about.iter().map(|line| format!("- {line}")).collect();
    format!("{note}\n\n{}", about.join("\n"))
}

fn action(action: &Action) -> String {
    let value = |value: &Value| match value {
        Value::Text(text) => text.clone(),
        other => serde_json::to_string(other).unwrap_or_default(),
    };
    let args: Vec<_> = action.args.iter().map(|(name, it)| format!("{name} {}", value(it))).collect();
    let args = if args.is_empty() { String::new() } else { format!(" ({})", args.join(", ")) };
    plain(&format!("{}{args}", action.kind))
}

/// Text in which nothing is a sign of Markdown, line by line.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for (place, line) in text.lines().enumerate() {
        if place > 0 {
            // Two spaces: a line of its own in the same paragraph.
            out.push_str("  \n");
        }
        let line = line.trim_end();
        let body = line.trim_start_matches([' ', '\t']);
        let digits = body.bytes().take_while(u8::is_ascii_digit).count();
        for (at, letter) in body.char_indices() {
            let is_sign = match letter {
                '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' => true,
                '#' | '+' | '-' | '=' => at == 0,
                '.' | ')' => at == digits && digits > 0,
                _ => false,
            };
            if is_sign {
                out.push('\\');
            }
            out.push(letter);
        }
    }
    out
}

fn step_word(kind: StepKind, language: &str) -> &'static str {
    let [english, spanish, chinese] = match kind {
        StepKind::Greeting => ["greeting", "saludo", "问候"],
        StepKind::Empathy => ["empathy", "empatía", "共情"],
        StepKind::Apology => ["apology", "disculpa", "致歉"],
        StepKind::Fact => ["facts", "datos", "事实"],
        StepKind::Solution => ["solution", "solución", "方案"],
        StepKind::Question => ["question", "pregunta", "提问"],
        StepKind::Closing => ["closing", "cierre", "结束语"],
    };
    match language {
        "es" => spanish,
        "zh" => chinese,
        _ => english,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn reply() -> Reply {
        let suggestion = json!({
            "id": "t.1", "plugin": "late-parcel@1.2.0", "scenario": "delivery_delay", "title": "Parcel is late",
            "text": "Lo siento.\n1. *Espere* hasta el [martes](http://x)", "confidence": 0.871, "locale": "es",
            "steps": [{"kind": "apology", "text": "Lo siento."}, {"kind": "solution", "text": "1. Espere"}],
            "actions": [{"type": "create_return", "args": {"order_id": "1001"}}], "reason": "5 days late",
            "text_for_agent": "I am sorry.", "missing": ["date"], "trace": [],
        });
        let other = json!({"id": "t.2", "plugin": "a@1.0.0", "scenario": "x", "title": "", "text": "Hola", "confidence": 0.5,
            "locale": "es", "steps": [], "actions": [], "reason": "", "text_for_agent": "Hola", "missing": [], "trace": []});
        let signals = json!({"language": {"tag": "es", "confidence": 1.0},
            "scenario": {"id": "delivery_delay", "confidence": 0.9, "alternatives": []},
            "emotion": {"label": "angry", "intensity": 0.8, "trend": "rising"}, "stage": "in_transit"});
        serde_json::from_value(json!({"turn_id": "t", "generation": 1, "signals": signals,
            "suggestions": [suggestion, other], "failures": [],
            "timing_us": {"understand": 0, "compose": 0, "localize": 0, "guard": 0, "rank": 0, "total": 0}}))
        .unwrap()
    }

    #[test]
    fn a_note_says_all_in_the_agents_language_and_nothing_is_a_sign() {
        let expected = "**Suggested reply 1/2** · Parcel is late · 87 %\n\n\
            Lo siento.  \n1\\. \\*Espere\\* hasta el \\[martes\\](http://x)\n\n\
            **In your language**\n\nI am sorry.\n\n\
            - Steps: apology → solution\n- Offers to: create\\_return (order\\_id 1001)\n- Fill in before sending: date\n\
            - Why: 5 days late (late-parcel@1.2.0)\n\n---\n\n\
            **Suggested reply 2/2** · 50 %\n\nHola\n\n- Why:  (a@1.0.0)";
        assert_eq!(text(&reply(), "en-GB"), expected);
        assert!(text(&reply(), "zh-Hans").starts_with("**建议回复 1/2** · Parcel is late"));
        assert!(text(&reply(), "es").contains("- Pasos: disculpa → solución"));
    }

    #[test]
    fn signs_are_text() {
        for (given, expected) in [
            ("# no heading", "\\# no heading"),
            ("a # b", "a # b"),
            ("- no list", "\\- no list"),
            ("12) no list", "12\\) no list"),
            ("costs 12.50 (net)", "costs 12.50 (net)"),
            ("    no code", "no code"),
            ("<img>", "\\<img\\>"),
        ] {
            assert_eq!(plain(given), expected);
        }
    }
}
