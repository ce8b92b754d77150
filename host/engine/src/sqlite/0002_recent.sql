-- Schema version 2: what a customer did lately is found by the customer.

create index messages_by_customer on messages (merchant, customer, seq) where role = 1;

alter table events add column customer text;
update events set customer = json_extract(body, '$.customer_id');
create index events_by_customer on events (merchant, customer, seq) where customer is not null;
