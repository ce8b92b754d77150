-- What insights are counted from. All of it follows from messages, feedback, outcomes and shop events, and is written in
-- their commits.

-- The agent who wrote a message.
alter table messages add column agent text;

-- One narrow row a turn, in the order of time: a window of it is read as a whole.
create table turn_facts (
    merchant  text not null,
    at        integer not null,
    turn      text not null,
    customer  text not null,
    -- The case that it is a part of; null for small talk.
    case_id   integer,
    scenario  text not null,
    held_out  integer not null,
    uncovered integer not null,
    -- `plugin@version` of each suggestion in order, with spaces between.
    offers    text not null,
    -- What was done, a bit for each suggestion; bit 0 is the first one's.
    shown     integer not null default 0,
    inserted  integer not null default 0,
    sent      integer not null default 0,
    edited    integer not null default 0,
    dismissed integer not null default 0,
    -- The sum of the edit shares of what was sent or edited.
    edit_sum  real not null default 0,
    -- From the first message that waited to the answer.
    answer_ms integer,
    agent     text,
    primary key (merchant, at, turn)
) strict, without rowid;
create index turn_facts_by_customer on turn_facts (merchant, customer);
create index turn_facts_uncovered on turn_facts (merchant, at) where uncovered = 1;
create index turn_facts_edited on turn_facts (merchant, at) where edited > 0;

-- A customer's matter, from its first message until it is resolved.
create table cases (
    id           integer primary key,
    merchant     text not null,
    customer     text not null,
    conversation text not null,
    scenario     text not null,
    opened_at    integer not null,
    -- When the customer wrote last, and an agent.
    said_at      integer not null,
    answered_at  integer,
    -- What somebody said; that nobody wrote any more is seen when it is read.
    resolved_at  integer,
    escalated_at integer,
    reopened     integer not null default 0,
    score        integer,
    -- How the customer felt at first and at last.
    came         text not null,
    mood         text not null,
    held_out     integer not null,
    has_order    integer not null,
    refunded_at  integer,
    agent        text,
    -- Whose suggestion was used last.
    plugin       text
) strict;
create index cases_by_customer on cases (merchant, customer, id);
create index cases_by_conversation on cases (merchant, conversation, id);
create index cases_by_time on cases (merchant, opened_at);

create table outcomes (
    merchant     text not null,
    id           text not null,
    conversation text not null,
    customer     text not null,
    outcome      text not null,
    score        integer,
    at           integer not null,
    by           text not null,
    case_id      integer,
    primary key (merchant, id)
) strict, without rowid;
create index outcomes_by_customer on outcomes (merchant, customer);

-- Since when an agent answers.
create table agents (
    merchant text not null,
    agent    text not null,
    first_at integer not null,
    primary key (merchant, agent)
) strict, without rowid;

-- When a person last looked over a scenario.
create table reviews (
    merchant text not null,
    scenario text not null,
    at       integer not null,
    by       text not null,
    note     text,
    primary key (merchant, scenario)
) strict, without rowid;
