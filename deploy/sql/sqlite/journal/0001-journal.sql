-- The journal: one row a grain-batch. Appended to, never changed.
create table journal (
  position integer primary key autoincrement,
  stream   text not null,
  version  integer not null,         -- number of the row's first event
  count    integer not null,
  kind     text not null,
  slot     integer not null,         -- stable hash of the stream, 0-255
  events   blob not null,            -- UTF-8 JSON array
  hash     blob not null,            -- HMAC over the stream's previous hash and these events
  due      integer,                  -- ms since 1970; 0: none any more; null: none, and none before
  at       integer not null,
  hops     integer not null,
  unique (stream, version)
);

create table snapshot (
  stream      text primary key,
  row_version integer not null,      -- the row at whose end it was taken
  next        integer not null,
  hash        blob not null,
  shape       text not null,
  state       blob not null
) without rowid;

-- One row an event, for people.
create view journal_event as
  select j.position, j.stream, j.version + e.key as version, datetime(j.at / 1000, 'unixepoch') as at,
         json_extract(e.value, '$."$type"') as type, e.value as event
  from journal j, json_each(cast(j.events as text)) e;
