-- What authors work with: turns that can be answered again, and agents' words that may become scripts.

-- What a turn was answered from, beside its conversation: JSON of the host's. It is swept away before its message is.
alter table messages add column input text;
create index messages_with_input on messages (seq) where input is not null;

create table proposals (
    seq      integer primary key,
    merchant text not null,
    id       text not null,
    customer text not null,
    state    text not null,
    body     text not null
) strict;
create unique index proposals_by_id on proposals (merchant, id);
create index proposals_by_customer on proposals (merchant, customer);
create index proposals_by_state on proposals (merchant, state, seq);
