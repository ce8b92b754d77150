-- What a desk asks for: conversations by their newest message, and what became of suggestions.

-- One row a conversation, without anything of the customer: that stands in its messages. The triggers keep it, so that a
-- message stays one statement for whoever writes or forgets it.
create table conversations (
    merchant      text not null,
    conversation  text not null,
    -- The `seq` of the newest message, and of the newest one with a turn.
    last          integer not null,
    turn          integer,
    -- Since when nobody has answered, and how many messages; null and 0 once somebody has.
    waiting_since integer,
    unanswered    integer not null,
    primary key (merchant, conversation)
) strict, without rowid;
create index conversations_by_last on conversations (merchant, last);

insert into conversations
select
    m.merchant, m.conversation, m.last, m.turn,
    (select min(w.at) from messages as w where w.merchant = m.merchant and w.conversation = m.conversation
        and w.seq > m.answered and w.role = 1),
    (select count(*) from messages as w where w.merchant = m.merchant and w.conversation = m.conversation
        and w.seq > m.answered and w.role = 1)
from (
    select merchant, conversation, max(seq) as last, max(iif(turn is not null, seq, null)) as turn,
        max(iif(role = 2, seq, 0)) as answered
    from messages group by merchant, conversation
) as m;

create trigger messages_in_conversations after insert on messages begin
    insert into conversations values (
        new.merchant, new.conversation, new.seq, iif(new.turn is null, null, new.seq), iif(new.role = 1, new.at, null),
        iif(new.role = 1, 1, 0)
    )
    on conflict (merchant, conversation) do update set
        last = excluded.last,
        turn = coalesce(excluded.turn, turn),
        waiting_since = iif(new.role = 1, coalesce(waiting_since, excluded.waiting_since), null),
        unanswered = iif(new.role = 1, unanswered + 1, 0);
end;

-- What is forgotten goes from the oldest on, or all at once: with its newest message a conversation is gone.
create trigger messages_out_of_conversations after delete on messages begin
    delete from conversations
    where merchant = old.merchant and conversation = old.conversation and last = old.seq;
end;

alter table feedback add column edit_share real;
alter table feedback add column reason text;
alter table feedback add column message text;
alter table feedback add column took_ms integer;
