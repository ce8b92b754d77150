-- What came from other systems' conversations, in the order of its coming, and what the host still owes them.
create table errands (
    seq          integer primary key,
    merchant     text not null,
    id           text not null,
    revision     integer not null,
    customer     text not null,
    slot         integer not null,
    conversation text not null,
    in_line      integer not null,
    due_at       integer,
    updated_at   integer not null,
    body         text not null
) strict;
create unique index errands_by_id on errands (merchant, id);
create index errands_by_customer on errands (merchant, customer);
create index errands_in_line on errands (merchant, conversation, seq) where due_at is not null and in_line = 1;
create index errands_due on errands (due_at, slot) where due_at is not null;
create index errands_done on errands (updated_at) where due_at is null;
