//! What a turn and its answer teach: which arms were offered, which experiments counted the conversation.
//!
//! Makes writes for the engine out of what was offered and sent. Does not know how anything is counted.

use cuecard_engine::{MessageRecord, Trial, TrialAnswer, Write};
use cuecard_model::{Arm, Reply};

/// Has the engine learn what there is to be learned from all feedback on a turn's suggestions.
pub(crate) fn lesson(reply: &Reply) -> Write {
    Write::Learn { turn: reply.turn_id.clone(), arms: reply.suggestions.iter().map(Arm::of).collect() }
}

/// The conversation's place in its experiments, with the answer if there is one by now.
pub(crate) fn trials(
    reply: &Reply,
    message: &MessageRecord,
    answer: Option<TrialAnswer>,
) -> impl Iterator<Item = Write> {
    reply.experiments.iter().map(move |assigned| {
        Write::Trial(Trial {
            experiment: assigned.experiment.clone(),
            arm: assigned.arm.clone(),
            conversation: message.conversation.clone(),
            customer: message.customer.clone(),
            turn: reply.turn_id.clone(),
            at: message.message.at,
            answer,
        })
    })
}
