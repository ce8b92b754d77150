//! From the model to what a component is handed: views that borrow every text, lists in an arena.

use bumpalo::Bump;
use cuecard_model as model;
use model::{Fields, Timestamp};

use super::bindings::types as wit;

pub(super) fn turn<'a>(arena: &'a Bump, turn: &'a model::Turn) -> wit::Turn<'a> {
    wit::Turn {
        id: turn.id.as_str(),
        now: turn.now.seconds(),
        channel: &turn.channel,
        conversation_id: turn.conversation_id.as_str(),
        message: message(&turn.message),
        history: list(arena, &turn.history, message),
        signals: signals(arena, &turn.signals),
        customer: customer(arena, &turn.customer),
        profile: profile(arena, &turn.profile),
        live: list(arena, &turn.live, |item| live_item(arena, item)),
        locale: &turn.locale,
        agent_locale: text(&turn.agent_locale),
    }
}

pub(super) fn customer<'a>(arena: &'a Bump, customer: &'a model::Customer) -> wit::Customer<'a> {
    wit::Customer {
        id: customer.id.as_str(),
        name: customer.name.as_ref().map(|name| wit::PersonName {
            given: text(&name.given),
            family: text(&name.family),
            title: text(&name.title),
        }),
        locale: text(&customer.locale),
        country: text(&customer.country),
        time_zone: text(&customer.time_zone),
        email: text(&customer.email),
        phone: text(&customer.phone),
        orders: list(arena, &customer.orders, |item| order(arena, item)),
        attributes: fields(arena, &customer.attributes),
    }
}

fn profile<'a>(arena: &'a Bump, profile: &'a model::Profile) -> wit::Profile<'a> {
    wit::Profile {
        orders: profile.orders,
        spend: list(arena, &profile.spend, money),
        returns_rate: profile.returns_rate,
        buyer: match profile.buyer {
            model::Buyer::Prospect => wit::Buyer::Prospect,
            model::Buyer::First => wit::Buyer::First,
            model::Buyer::Repeat => wit::Buyer::Repeat,
        },
        last_order_at: moment(profile.last_order_at),
        last_contact_at: moment(profile.last_contact_at),
        last_contact_channel: text(&profile.last_contact_channel),
        open_problems: list(arena, &profile.open_problems, open_problem),
        preferred_channel: text(&profile.preferred_channel),
        preferred_language: text(&profile.preferred_language),
        risk: match profile.risk {
            model::Risk::Low => wit::Risk::Low,
            model::Risk::Medium => wit::Risk::Medium,
            model::Risk::High => wit::Risk::High,
        },
        risk_score: profile.risk_score,
    }
}

fn open_problem(problem: &model::OpenProblem) -> wit::OpenProblem<'_> {
    use model::ProblemKind as Kind;
    wit::OpenProblem {
        kind: match problem.kind {
            Kind::UnpaidOrder => wit::ProblemKind::UnpaidOrder,
            Kind::LateParcel => wit::ProblemKind::LateParcel,
            Kind::FailedDelivery => wit::ProblemKind::FailedDelivery,
            Kind::OpenReturn => wit::ProblemKind::OpenReturn,
            Kind::DeclinedReturn => wit::ProblemKind::DeclinedReturn,
            Kind::OpenRefund => wit::ProblemKind::OpenRefund,
            Kind::DeclinedRefund => wit::ProblemKind::DeclinedRefund,
        },
        order_id: &problem.order_id,
        since: moment(problem.since),
    }
}

pub(super) fn event<'a>(arena: &'a Bump, event: &'a model::Event) -> wit::Event<'a> {
    wit::Event {
        id: event.id.as_str(),
        type_: &event.kind,
        at: event.at.seconds(),
        customer_id: event.customer_id.as_ref().map(model::CustomerId::as_str),
        fields: fields(arena, &event.fields),
    }
}

pub(super) fn draft<'a>(arena: &'a Bump, draft: &'a model::Draft) -> wit::DraftParam<'a> {
    wit::DraftParam {
        scenario: draft.scenario.as_ref().map(model::ScenarioId::as_str),
        title: text(&draft.title),
        message: text(&draft.message),
        arguments: fields(arena, &draft.arguments),
        text: text(&draft.text),
        steps: list(arena, &draft.steps, |item| step(arena, item)),
        actions: list(arena, &draft.actions, |item| wit::ActionParam {
            type_: &item.kind,
            args: fields(arena, &item.args),
        }),
        reason: &draft.reason,
        confidence: draft.confidence,
    }
}

pub(super) fn culture(culture: &model::Culture) -> wit::Culture<'_> {
    wit::Culture {
        locale: &culture.locale,
        register: match culture.register {
            model::Register::Informal => wit::Register::Informal,
            model::Register::Formal => wit::Register::Formal,
        },
        direction: match culture.direction {
            model::Direction::Ltr => wit::Direction::Ltr,
            model::Direction::Rtl => wit::Direction::Rtl,
        },
        person: text(&culture.person),
        max_length: culture.max_length,
    }
}

fn message(message: &model::Message) -> wit::Message<'_> {
    wit::Message {
        role: match message.role {
            model::Role::Customer => wit::Role::Customer,
            model::Role::Agent => wit::Role::Agent,
        },
        text: &message.text,
        at: message.at.seconds(),
    }
}

fn signals<'a>(arena: &'a Bump, signals: &'a model::Signals) -> wit::Signals<'a> {
    wit::Signals {
        language: wit::DetectedLanguageParam { tag: &signals.language.tag, confidence: signals.language.confidence },
        scenario: wit::DetectedScenario {
            id: signals.scenario.id.as_str(),
            confidence: signals.scenario.confidence,
            alternatives: list(arena, &signals.scenario.alternatives, |near| wit::AlternativeParam {
                id: near.id.as_str(),
                confidence: near.confidence,
            }),
        },
        emotion: wit::Emotion {
            label: emotion_label(signals.emotion.label),
            intensity: signals.emotion.intensity,
            trend: match signals.emotion.trend {
                model::Trend::Rising => wit::Trend::Rising,
                model::Trend::Steady => wit::Trend::Steady,
                model::Trend::Falling => wit::Trend::Falling,
            },
        },
        stage: stage(signals.stage),
    }
}

fn emotion_label(label: model::EmotionLabel) -> wit::EmotionLabel {
    match label {
        model::EmotionLabel::Neutral => wit::EmotionLabel::Neutral,
        model::EmotionLabel::Happy => wit::EmotionLabel::Happy,
        model::EmotionLabel::Grateful => wit::EmotionLabel::Grateful,
        model::EmotionLabel::Confused => wit::EmotionLabel::Confused,
        model::EmotionLabel::Anxious => wit::EmotionLabel::Anxious,
        model::EmotionLabel::Disappointed => wit::EmotionLabel::Disappointed,
        model::EmotionLabel::Frustrated => wit::EmotionLabel::Frustrated,
        model::EmotionLabel::Angry => wit::EmotionLabel::Angry,
    }
}

fn stage(stage: model::Stage) -> wit::Stage {
    match stage {
        model::Stage::Browsing => wit::Stage::Browsing,
        model::Stage::Hesitating => wit::Stage::Hesitating,
        model::Stage::Checkout => wit::Stage::Checkout,
        model::Stage::AwaitingShipment => wit::Stage::AwaitingShipment,
        model::Stage::InTransit => wit::Stage::InTransit,
        model::Stage::Delivered => wit::Stage::Delivered,
        model::Stage::AfterSale => wit::Stage::AfterSale,
        model::Stage::Lapsed => wit::Stage::Lapsed,
    }
}

fn order<'a>(arena: &'a Bump, order: &'a model::Order) -> wit::Order<'a> {
    wit::Order {
        id: &order.id,
        number: text(&order.number),
        status: order_status(order.status),
        placed_at: moment(order.placed_at),
        total: order.total.as_ref().map(money),
        items: list(arena, &order.items, item),
        fulfillments: list(arena, &order.fulfillments, fulfillment),
        refunds: list(arena, &order.refunds, refund),
        returns: list(arena, &order.returns, goods_back),
        attributes: fields(arena, &order.attributes),
    }
}

fn order_status(status: model::OrderStatus) -> wit::OrderStatus {
    match status {
        model::OrderStatus::Pending => wit::OrderStatus::Pending,
        model::OrderStatus::Paid => wit::OrderStatus::Paid,
        model::OrderStatus::Processing => wit::OrderStatus::Processing,
        model::OrderStatus::PartiallyShipped => wit::OrderStatus::PartiallyShipped,
        model::OrderStatus::Shipped => wit::OrderStatus::Shipped,
        model::OrderStatus::Delivered => wit::OrderStatus::Delivered,
        model::OrderStatus::Cancelled => wit::OrderStatus::Cancelled,
        model::OrderStatus::Refunded => wit::OrderStatus::Refunded,
    }
}

fn item(item: &model::Item) -> wit::Item<'_> {
    wit::Item {
        id: &item.id,
        title: &item.title,
        variant: text(&item.variant),
        quantity: item.quantity,
        price: item.price.as_ref().map(money),
    }
}

fn fulfillment(parcel: &model::Fulfillment) -> wit::Fulfillment<'_> {
    wit::Fulfillment {
        id: &parcel.id,
        status: match parcel.status {
            model::FulfillmentStatus::Pending => wit::FulfillmentStatus::Pending,
            model::FulfillmentStatus::InTransit => wit::FulfillmentStatus::InTransit,
            model::FulfillmentStatus::OutForDelivery => wit::FulfillmentStatus::OutForDelivery,
            model::FulfillmentStatus::Delivered => wit::FulfillmentStatus::Delivered,
            model::FulfillmentStatus::Failed => wit::FulfillmentStatus::Failed,
            model::FulfillmentStatus::Returned => wit::FulfillmentStatus::Returned,
        },
        carrier: text(&parcel.carrier),
        tracking_number: text(&parcel.tracking_number),
        tracking_url: text(&parcel.tracking_url),
        shipped_at: moment(parcel.shipped_at),
        expected_at: moment(parcel.expected_at),
        delivered_at: moment(parcel.delivered_at),
    }
}

fn refund(refund: &model::Refund) -> wit::Refund<'_> {
    wit::Refund {
        id: &refund.id,
        status: match refund.status {
            model::RefundStatus::Requested => wit::RefundStatus::Requested,
            model::RefundStatus::Processing => wit::RefundStatus::Processing,
            model::RefundStatus::Completed => wit::RefundStatus::Completed,
            model::RefundStatus::Declined => wit::RefundStatus::Declined,
        },
        amount: refund.amount.as_ref().map(money),
        at: moment(refund.at),
    }
}

fn goods_back(goods: &model::Return) -> wit::Return<'_> {
    wit::Return {
        id: &goods.id,
        status: match goods.status {
            model::ReturnStatus::Requested => wit::ReturnStatus::Requested,
            model::ReturnStatus::Approved => wit::ReturnStatus::Approved,
            model::ReturnStatus::Received => wit::ReturnStatus::Received,
            model::ReturnStatus::Declined => wit::ReturnStatus::Declined,
        },
        at: moment(goods.at),
    }
}

fn live_item<'a>(arena: &'a Bump, item: &'a model::LiveItem) -> wit::LiveItem<'a> {
    wit::LiveItem {
        key: &item.key,
        fields: fields(arena, &item.fields),
        valid_from: moment(item.valid_from),
        valid_until: moment(item.valid_until),
    }
}

fn step<'a>(arena: &'a Bump, step: &'a model::Step) -> wit::StepParam<'a> {
    wit::StepParam {
        kind: match step.kind {
            model::StepKind::Greeting => wit::StepKind::Greeting,
            model::StepKind::Empathy => wit::StepKind::Empathy,
            model::StepKind::Apology => wit::StepKind::Apology,
            model::StepKind::Fact => wit::StepKind::Fact,
            model::StepKind::Solution => wit::StepKind::Solution,
            model::StepKind::Question => wit::StepKind::Question,
            model::StepKind::Closing => wit::StepKind::Closing,
        },
        message: text(&step.message),
        arguments: fields(arena, &step.arguments),
        text: text(&step.text),
    }
}

pub(super) fn fields<'a>(arena: &'a Bump, fields: &'a Fields) -> &'a [wit::FieldParam<'a>] {
    let views = fields.iter().map(|(name, given)| wit::FieldParam { name, value: value(given) });
    arena.alloc_slice_fill_iter(views)
}

fn value(value: &model::Value) -> wit::ValueParam<'_> {
    match value {
        model::Value::Flag(flag) => wit::ValueParam::Flag(*flag),
        model::Value::Number(number) => wit::ValueParam::Number(*number),
        model::Value::Text(text) => wit::ValueParam::Text(text),
        model::Value::Money(amount) => wit::ValueParam::Money(money(amount)),
    }
}

fn money(money: &model::Money) -> wit::MoneyParam<'_> {
    wit::MoneyParam { amount: &money.amount, currency: &money.currency }
}

fn text(text: &Option<String>) -> Option<&str> {
    text.as_deref()
}

fn moment(at: Option<Timestamp>) -> Option<i64> {
    at.map(Timestamp::seconds)
}

/// The views of a list, side by side in the arena.
fn list<'a, T, V>(arena: &'a Bump, items: &'a [T], view: impl FnMut(&'a T) -> V) -> &'a [V] {
    arena.alloc_slice_fill_iter(items.iter().map(view))
}
