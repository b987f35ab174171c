-- Readers: what they have read, and what they keep.
create table reader (
  name       text collate "C" not null,
  generation integer not null,
  shape      text collate "C" not null,
  state      text collate "C" not null,   -- building, active, retired
  tx         bigint not null,
  position   bigint not null,
  changed_at bigint not null,
  primary key (name, generation)
) with (fillfactor = 50);

create table seal (
  slot     bigint primary key,
  tx       bigint not null,
  position bigint not null,
  hash     text collate "C" not null
) with (fillfactor = 50);

-- Events whose reaction waits: parked until a person decides, or retrying by itself.
create table parked (
  reaction text collate "C" not null,
  stream   text collate "C" not null,
  version  bigint not null,
  tx       bigint not null,
  position bigint not null,
  mark     text collate "C" not null,      -- parked, retrying
  attempts bigint not null,
  error    text not null,
  since    bigint not null,
  next_at  bigint not null,
  primary key (reaction, stream, version)
);
