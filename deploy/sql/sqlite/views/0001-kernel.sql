-- Readers: what they have read, and what they keep.
create table reader (
  name       text not null,
  generation integer not null,
  shape      text not null,
  state      text not null,          -- building, active, retired
  tx         integer not null,
  position   integer not null,
  changed_at integer not null,
  primary key (name, generation)
);

create table seal (
  slot     integer primary key,
  tx       integer not null,
  position integer not null,
  hash     text not null
);

-- Events whose reaction waits: parked until a person decides, or retrying by itself.
create table parked (
  reaction text not null,
  stream   text not null,
  version  integer not null,
  tx       integer not null,
  position integer not null,
  mark     text not null,             -- parked, retrying
  attempts integer not null,
  error    text not null,
  since    integer not null,
  next_at  integer not null,
  primary key (reaction, stream, version)
);
