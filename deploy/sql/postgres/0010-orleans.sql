-- Membership, reminders and plain grain state of Orleans. Its AdoNet providers read their statements from the table
-- OrleansQuery; the keys, placeholders and result names below are theirs, the tables are ours.
-- No column has the name of a placeholder: a misspelt placeholder stays in the text, PostgreSQL takes "@" for the
-- absolute value, and "etag = @etag" would then compare a column with itself. This way it is an unknown column.

create table OrleansQuery(
    QueryKey text collate "C" primary key,
    QueryText text not null
);

-- Plain grain state -------------------------------------------------------------------------------------------------

-- One row for each key and state name of a service: two first writers at once must not both insert. The provider takes
-- keys apart (n0, n1, extension), so only keys that it keeps whole may reach it: GuardedStorage sees to that.
-- No index on etag or payload, and room in each page: updates stay in the page.
create table orleans_state(
    id_hash integer not null,
    n0 bigint not null,
    n1 bigint not null,
    extension text collate "C",
    state_name text collate "C" not null,
    service_id text collate "C" not null,
    payload bytea,
    etag integer not null,
    modified_at timestamptz(3) not null default clock_timestamp()
) with (fillfactor = 70);

create unique index orleans_state_row
    on orleans_state(id_hash, n0, n1, extension, state_name, service_id) nulls not distinct;

insert into OrleansQuery values ('ReadFromStorageKey', $$
select payload as PayloadBinary, etag as Version
from orleans_state
where id_hash = @GrainIdHash and n0 = @GrainIdN0 and n1 = @GrainIdN1
  and extension is not distinct from @GrainIdExtensionString
  and state_name = @GrainTypeString and service_id = @ServiceId
$$);

-- No row in the result is a lost race. After 2,147,483,647 writes the etag begins anew at 1.
insert into OrleansQuery values ('WriteToStorageKey', $$
with changed as (
    update orleans_state
    set payload = @PayloadBinary, etag = etag % 2147483647 + 1, modified_at = clock_timestamp()
    where id_hash = @GrainIdHash and n0 = @GrainIdN0 and n1 = @GrainIdN1
      and extension is not distinct from @GrainIdExtensionString
      and state_name = @GrainTypeString and service_id = @ServiceId
      and etag = @GrainStateVersion
    returning etag
), made as (
    insert into orleans_state(id_hash, n0, n1, extension, state_name, service_id, payload, etag)
    select @GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainIdExtensionString, @GrainTypeString, @ServiceId,
           @PayloadBinary, 1
    where @GrainStateVersion is null
    on conflict do nothing
    returning etag
)
select etag as NewGrainStateVersion from changed union all select etag from made
$$);

insert into OrleansQuery values ('ClearStorageKey', $$
update orleans_state
set payload = null, etag = etag % 2147483647 + 1, modified_at = clock_timestamp()
where id_hash = @GrainIdHash and n0 = @GrainIdN0 and n1 = @GrainIdN1
  and extension is not distinct from @GrainIdExtensionString
  and state_name = @GrainTypeString and service_id = @ServiceId
  and etag = @GrainStateVersion
returning etag as NewGrainStateVersion
$$);

-- The provider takes an answer that equals what it sent for a conflict, hence the next number though the row is gone.
insert into OrleansQuery values ('DeleteStorageKey', $$
delete from orleans_state
where id_hash = @GrainIdHash and n0 = @GrainIdN0 and n1 = @GrainIdN1
  and extension is not distinct from @GrainIdExtensionString
  and state_name = @GrainTypeString and service_id = @ServiceId
  and etag = @GrainStateVersion
returning etag % 2147483647 + 1 as NewGrainStateVersion
$$);

-- Reminders ---------------------------------------------------------------------------------------------------------

create table orleans_reminder(
    service_id text collate "C" not null,
    grain_id text collate "C" not null,
    name text collate "C" not null,
    grain_hash integer not null,
    start_at timestamptz(3) not null,
    period_ms bigint not null,
    etag integer not null,
    primary key (service_id, grain_id, name)
);

-- Each silo reads its range of the ring again and again.
create index orleans_reminder_range on orleans_reminder(service_id, grain_hash);

insert into OrleansQuery values ('ReadReminderRowsKey', $$
select grain_id as GrainId, name as ReminderName, start_at as StartTime, period_ms as Period, etag as Version
from orleans_reminder
where service_id = @ServiceId and grain_id = @GrainId
$$);

insert into OrleansQuery values ('ReadReminderRowKey', $$
select grain_id as GrainId, name as ReminderName, start_at as StartTime, period_ms as Period, etag as Version
from orleans_reminder
where service_id = @ServiceId and grain_id = @GrainId and name = @ReminderName
$$);

insert into OrleansQuery values ('ReadRangeRows1Key', $$
select grain_id as GrainId, name as ReminderName, start_at as StartTime, period_ms as Period, etag as Version
from orleans_reminder
where service_id = @ServiceId and grain_hash > @BeginHash and grain_hash <= @EndHash
$$);

insert into OrleansQuery values ('ReadRangeRows2Key', $$
select grain_id as GrainId, name as ReminderName, start_at as StartTime, period_ms as Period, etag as Version
from orleans_reminder
where service_id = @ServiceId and (grain_hash > @BeginHash or grain_hash <= @EndHash)
$$);

insert into OrleansQuery values ('UpsertReminderRowKey', $$
insert into orleans_reminder(service_id, grain_id, name, grain_hash, start_at, period_ms, etag)
values (@ServiceId, @GrainId, @ReminderName, @GrainHash, @StartTime, cast(@Period as bigint), 1)
on conflict (service_id, grain_id, name) do update
set grain_hash = excluded.grain_hash, start_at = excluded.start_at, period_ms = excluded.period_ms,
    etag = orleans_reminder.etag % 2147483647 + 1
returning etag as Version
$$);

insert into OrleansQuery values ('DeleteReminderRowKey', $$
with gone as (
    delete from orleans_reminder
    where service_id = @ServiceId and grain_id = @GrainId and name = @ReminderName and etag = @Version
    returning 1
)
select exists (select 1 from gone) as Result
$$);

insert into OrleansQuery values ('DeleteReminderRowsKey', $$
delete from orleans_reminder where service_id = @ServiceId
$$);

-- Membership --------------------------------------------------------------------------------------------------------

-- The one row a cluster that every change of membership moves on from the number the changer has seen.
create table orleans_cluster(
    cluster_id text collate "C" primary key,
    etag integer not null,
    changed_at timestamptz(3) not null default clock_timestamp()
) with (fillfactor = 20);

create table orleans_member(
    cluster_id text collate "C" not null,
    host text collate "C" not null,
    tcp_port integer not null,
    epoch integer not null,
    silo_name text collate "C" not null,
    host_name text collate "C" not null,
    state integer not null, -- 1 created, 2 joining, 3 active, 4 shutting down, 5 stopping, 6 dead
    gateway_port integer not null,
    suspected text collate "C",
    started_at timestamptz(3) not null,
    alive_at timestamptz(3) not null,
    primary key (cluster_id, host, tcp_port, epoch)
) with (fillfactor = 50);

insert into OrleansQuery values ('GatewaysQueryKey', $$
select host as Address, gateway_port as ProxyPort, epoch as Generation
from orleans_member
where cluster_id = @DeploymentId and state = @Status and gateway_port > 0
$$);

-- The number stands also where no member does, hence the left joins.
insert into OrleansQuery values ('MembershipReadRowKey', $$
select c.cluster_id as DeploymentId, m.host as Address, m.tcp_port as Port, m.epoch as Generation,
       m.silo_name as SiloName, m.host_name as HostName, m.state as Status, m.gateway_port as ProxyPort,
       m.suspected as SuspectTimes, m.started_at as StartTime, m.alive_at as IAmAliveTime, c.etag as Version
from orleans_cluster c
left join orleans_member m on m.cluster_id = c.cluster_id
    and m.host = @Address and m.tcp_port = @Port and m.epoch = @Generation
where c.cluster_id = @DeploymentId
$$);

insert into OrleansQuery values ('MembershipReadAllKey', $$
select c.cluster_id as DeploymentId, m.host as Address, m.tcp_port as Port, m.epoch as Generation,
       m.silo_name as SiloName, m.host_name as HostName, m.state as Status, m.gateway_port as ProxyPort,
       m.suspected as SuspectTimes, m.started_at as StartTime, m.alive_at as IAmAliveTime, c.etag as Version
from orleans_cluster c
left join orleans_member m on m.cluster_id = c.cluster_id
where c.cluster_id = @DeploymentId
$$);

insert into OrleansQuery values ('InsertMembershipVersionKey', $$
with made as (
    insert into orleans_cluster(cluster_id, etag) values (@DeploymentId, 0)
    on conflict do nothing
    returning 1
)
select exists (select 1 from made) as Result
$$);

-- A member that exists although the number is right cannot be; were it so, the key's violation undoes both changes.
insert into OrleansQuery values ('InsertMembershipKey', $$
with moved as (
    update orleans_cluster
    set etag = etag + 1, changed_at = clock_timestamp()
    where cluster_id = @DeploymentId and etag = @Version
      and not exists (select 1 from orleans_member m where m.cluster_id = @DeploymentId
                      and m.host = @Address and m.tcp_port = @Port and m.epoch = @Generation)
    returning 1
), made as (
    insert into orleans_member(cluster_id, host, tcp_port, epoch, silo_name, host_name, state, gateway_port,
                               started_at, alive_at)
    select @DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort,
           @StartTime, @IAmAliveTime
    from moved
    returning 1
)
select exists (select 1 from made) as Result
$$);

-- The member is locked first: were it deleted meanwhile, the number must not move.
insert into OrleansQuery values ('UpdateMembershipKey', $$
with member as (
    select cluster_id from orleans_member
    where cluster_id = @DeploymentId and host = @Address and tcp_port = @Port and epoch = @Generation
    for update
), moved as (
    update orleans_cluster c
    set etag = c.etag + 1, changed_at = clock_timestamp()
    from member
    where c.cluster_id = member.cluster_id and c.etag = @Version
    returning c.cluster_id
), changed as (
    update orleans_member m
    set state = @Status, suspected = @SuspectTimes, alive_at = @IAmAliveTime
    from moved
    where m.cluster_id = moved.cluster_id and m.host = @Address and m.tcp_port = @Port and m.epoch = @Generation
    returning 1
)
select exists (select 1 from changed) as Result
$$);

insert into OrleansQuery values ('UpdateIAmAlivetimeKey', $$
update orleans_member
set alive_at = @IAmAliveTime
where cluster_id = @DeploymentId and host = @Address and tcp_port = @Port and epoch = @Generation
$$);

insert into OrleansQuery values ('DeleteMembershipTableEntriesKey', $$
with members as (delete from orleans_member where cluster_id = @DeploymentId)
delete from orleans_cluster where cluster_id = @DeploymentId
$$);

-- Only the dead: a silo that is joining slowly keeps its row.
insert into OrleansQuery values ('CleanupDefunctSiloEntriesKey', $$
delete from orleans_member
where cluster_id = @DeploymentId and state = 6 and alive_at < @IAmAliveTime
$$);

insert into OrleansQuery values ('CleanupDefunctSiloEntryKey', $$
delete from orleans_member
where cluster_id = @DeploymentId and host = @Address and tcp_port = @Port and epoch = @Generation
  and state = 6 and started_at = @StartTime and alive_at = @IAmAliveTime
  and suspected is not distinct from @SuspectTimes
$$);
