-- Reminders and plain grain state of Orleans, for one silo on one machine (membership is then in memory). Its AdoNet
-- providers read their statements from the table OrleansQuery; the keys, placeholders and result names are theirs.
-- The identity of rows and the meaning of conflicts are those of ../../postgres/0010-orleans.sql.

create table OrleansQuery(
    QueryKey text primary key,
    QueryText text not null
) strict;

create table orleans_state(
    id_hash integer not null,
    n0 integer not null,
    n1 integer not null,
    extension text,
    state_name text not null,
    service_id text not null,
    payload blob,
    etag integer not null,
    modified_at integer not null default (cast(unixepoch('subsec') * 1000 as integer))
) strict;

-- Nulls are never equal in an index, hence the last two columns instead of the extension itself.
create unique index orleans_state_row
    on orleans_state(id_hash, n0, n1, state_name, service_id, coalesce(extension, ''), extension is null);

insert into OrleansQuery values ('ReadFromStorageKey', '
select payload as PayloadBinary, etag as Version
from orleans_state
where id_hash = @GrainIdHash and n0 = @GrainIdN0 and n1 = @GrainIdN1
  and state_name = @GrainTypeString and service_id = @ServiceId and extension is @GrainIdExtensionString
');

-- An etag that belongs to no row inserts nothing; no row in the result is a lost race.
insert into OrleansQuery values ('WriteToStorageKey', '
insert into orleans_state(id_hash, n0, n1, extension, state_name, service_id, payload, etag)
select @GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainIdExtensionString, @GrainTypeString, @ServiceId, @PayloadBinary, 1
where @GrainStateVersion is null or exists (
    select 1 from orleans_state
    where id_hash = @GrainIdHash and n0 = @GrainIdN0 and n1 = @GrainIdN1
      and state_name = @GrainTypeString and service_id = @ServiceId and extension is @GrainIdExtensionString)
on conflict do update
set payload = excluded.payload, etag = orleans_state.etag % 2147483647 + 1,
    modified_at = excluded.modified_at
where orleans_state.etag = @GrainStateVersion
returning etag as NewGrainStateVersion
');

insert into OrleansQuery values ('ClearStorageKey', '
update orleans_state
set payload = null, etag = etag % 2147483647 + 1, modified_at = cast(unixepoch(''subsec'') * 1000 as integer)
where id_hash = @GrainIdHash and n0 = @GrainIdN0 and n1 = @GrainIdN1
  and state_name = @GrainTypeString and service_id = @ServiceId and extension is @GrainIdExtensionString
  and etag = @GrainStateVersion
returning etag as NewGrainStateVersion
');

insert into OrleansQuery values ('DeleteStorageKey', '
delete from orleans_state
where id_hash = @GrainIdHash and n0 = @GrainIdN0 and n1 = @GrainIdN1
  and state_name = @GrainTypeString and service_id = @ServiceId and extension is @GrainIdExtensionString
  and etag = @GrainStateVersion
returning etag % 2147483647 + 1 as NewGrainStateVersion
');

create table orleans_reminder(
    service_id text not null,
    grain_id text not null,
    name text not null,
    grain_hash integer not null,
    start_at text not null, -- as the driver writes instants, UTC
    period_ms integer not null,
    etag integer not null,
    primary key (service_id, grain_id, name)
) strict, without rowid;

create index orleans_reminder_range on orleans_reminder(service_id, grain_hash);

insert into OrleansQuery values ('ReadReminderRowsKey', '
select grain_id as GrainId, name as ReminderName, start_at as StartTime, period_ms as Period, etag as Version
from orleans_reminder
where service_id = @ServiceId and grain_id = @GrainId
');

insert into OrleansQuery values ('ReadReminderRowKey', '
select grain_id as GrainId, name as ReminderName, start_at as StartTime, period_ms as Period, etag as Version
from orleans_reminder
where service_id = @ServiceId and grain_id = @GrainId and name = @ReminderName
');

insert into OrleansQuery values ('ReadRangeRows1Key', '
select grain_id as GrainId, name as ReminderName, start_at as StartTime, period_ms as Period, etag as Version
from orleans_reminder
where service_id = @ServiceId and grain_hash > @BeginHash and grain_hash <= @EndHash
');

insert into OrleansQuery values ('ReadRangeRows2Key', '
select grain_id as GrainId, name as ReminderName, start_at as StartTime, period_ms as Period, etag as Version
from orleans_reminder
where service_id = @ServiceId and (grain_hash > @BeginHash or grain_hash <= @EndHash)
');

insert into OrleansQuery values ('UpsertReminderRowKey', '
insert into orleans_reminder(service_id, grain_id, name, grain_hash, start_at, period_ms, etag)
values (@ServiceId, @GrainId, @ReminderName, @GrainHash, @StartTime, @Period, 1)
on conflict do update
set grain_hash = excluded.grain_hash, start_at = excluded.start_at, period_ms = excluded.period_ms,
    etag = orleans_reminder.etag % 2147483647 + 1
returning etag as Version
');

-- The provider wants one row also when nothing was deleted; changes() counts for this connection alone.
insert into OrleansQuery values ('DeleteReminderRowKey', '
delete from orleans_reminder
where service_id = @ServiceId and grain_id = @GrainId and name = @ReminderName and etag = @Version;
select changes() > 0 as Result
');

insert into OrleansQuery values ('DeleteReminderRowsKey', '
delete from orleans_reminder where service_id = @ServiceId
');
