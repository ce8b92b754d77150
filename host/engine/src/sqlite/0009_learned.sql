-- What acceptance teaches about suggestions, and what experiments found.

-- What one suggestion has taught: so that a later word on it replaces the earlier one, and an erased customer's can be
-- taken out of the counts again. `accepted` is from 0 to 1.
create table lessons (
    merchant   text not null,
    suggestion text not null,
    scenario   text not null,
    plugin     text not null,
    message    text not null,
    accepted   real not null,
    at         integer not null,
    primary key (merchant, suggestion)
) strict, without rowid;

-- The sums of the lessons as of `at`, older ones counting less. They say nothing of anybody, and outlive their lessons.
create table arms (
    merchant text not null,
    scenario text not null,
    plugin   text not null,
    message  text not null,
    seen     real not null,
    accepted real not null,
    at       integer not null,
    primary key (merchant, scenario, plugin, message)
) strict, without rowid;

-- A conversation in an experiment, and its first answer.
create table trials (
    merchant     text not null,
    experiment   text not null,
    conversation text not null,
    customer     text not null,
    arm          text not null,
    turn         text not null,
    at           integer not null,
    answered_at  integer,
    accepted     real,
    edit_share   real,
    took_ms      integer,
    primary key (merchant, experiment, conversation)
) strict, without rowid;
create index trials_by_customer on trials (merchant, customer);
create index trials_by_turn on trials (merchant, turn);
