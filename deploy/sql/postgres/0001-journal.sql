-- The journal: one row a grain-batch. Appended to, never changed.
create table journal (
  position bigint generated always as identity,
  stream   text collate "C" not null,
  version  bigint not null,          -- number of the row's first event
  count    integer not null,
  kind     text collate "C" not null,
  slot     smallint not null,        -- stable hash of the stream, 0-255
  events   bytea not null,           -- UTF-8 JSON array; never jsonb, which reorders
  hash     bytea not null,           -- HMAC over the stream's previous hash and these events
  due      bigint,                   -- ms since 1970; 0: none any more; null: none, and none before
  at       bigint not null,
  hops     smallint not null,
  tx       bigint not null default (pg_current_xact_id()::text::bigint),
  primary key (stream, version)
);
alter table journal alter column events set compression lz4;
create index journal_place on journal (tx, position);

create table snapshot (
  stream      text collate "C" primary key,
  row_version bigint not null,       -- the row at whose end it was taken
  next        bigint not null,
  hash        bytea not null,
  shape       text collate "C" not null,
  state       bytea not null
) with (fillfactor = 70);
alter table snapshot alter column state set compression lz4;

-- One row an event, for people.
create view journal_event as
  select j.position, j.stream, j.version + e.n - 1 as version, to_timestamp(j.at / 1000.0) as at,
         e.event ->> '$type' as type, e.event
  from journal j, json_array_elements(convert_from(j.events, 'UTF8')::json) with ordinality as e(event, n);
