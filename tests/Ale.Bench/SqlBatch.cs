using System.Threading.Channels;
using Npgsql;

namespace Ale.Bench;

/// <summary>
/// The best that PostgreSQL can do with a hot row: a batcher gathers up to 1,024 wishes and gives them to one function,
/// which takes the units with one UPDATE and stores who has them with one INSERT. Each caller hears after the commit.
/// </summary>
internal sealed class SqlBatch : IAsyncDisposable
{
    private const int Most = 1_024;

    private sealed class Wish(string id, long user) : TaskCompletionSource<bool>(
        TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public string Id => id;
        public long User => user;
    }

    private readonly NpgsqlDataSource _source;
    private readonly Channel<Wish> _wishes = Channel.CreateUnbounded<Wish>(new() { SingleReader = true });
    private readonly Task _loop;

    private SqlBatch(NpgsqlDataSource source)
    {
        _source = source;
        _loop = Task.Run(Loop);
    }

    public static async Task<SqlBatch> Create(PostgresServer server)
    {
        var source = NpgsqlDataSource.Create(await server.NewDatabase());
        await using var make = source.CreateCommand("""
            create table sku (id int primary key, available bigint not null) with (fillfactor = 10);
            insert into sku values (1, 1000000000000);
            create table reservation (no bigint generated always as identity primary key, id text not null,
              sku_id int not null, user_id bigint not null, quantity int not null,
              at timestamptz not null default now());
            create function reserve(wanted_sku int, ids text[], users bigint[], quantities int[]) returns int
            language plpgsql as $$
            declare
              room bigint;
              granted int;
              taken bigint;
            begin
              select available into room from sku where id = wanted_sku for update;
              with wish as (select *, sum(quantity) over (order by no) as upto
                from unnest(ids, users, quantities) with ordinality as w (id, user_id, quantity, no)),
              kept as (insert into reservation (id, sku_id, user_id, quantity)
                select id, wanted_sku, user_id, quantity from wish where upto <= room returning quantity)
              select count(*), coalesce(sum(quantity), 0) into granted, taken from kept;
              update sku set available = available - taken where id = wanted_sku;
              return granted;
            end $$;
            """);
        await make.ExecuteNonQueryAsync();
        return new(source);
    }

    public Side Side(params int[] inFlight) => new("set-wise SQL", inFlight,
        (n, time) => Load.Run("set-wise SQL", n, time, i => Reserve($"p-{i}", i)));

    public Task<bool> Reserve(string id, long user)
    {
        var wish = new Wish(id, user);
        _wishes.Writer.TryWrite(wish);
        return wish.Task;
    }

    private async Task Loop()
    {
        await using var connection = await _source.OpenConnectionAsync();
        await using var call = new NpgsqlCommand("select reserve(1, $1, $2, $3)", connection);
        for (var i = 0; i < 3; i++) call.Parameters.Add(new());
        call.Parameters[0].Value = Array.Empty<string>();
        call.Parameters[1].Value = Array.Empty<long>();
        call.Parameters[2].Value = Array.Empty<int>();
        await call.PrepareAsync();
        var batch = new List<Wish>(Most);
        while (await _wishes.Reader.WaitToReadAsync())
        {
            while (batch.Count < Most && _wishes.Reader.TryRead(out var wish)) batch.Add(wish);
            call.Parameters[0].Value = batch.Select(wish => wish.Id).ToArray();
            call.Parameters[1].Value = batch.Select(wish => wish.User).ToArray();
            call.Parameters[2].Value = Enumerable.Repeat(1, batch.Count).ToArray();
            var granted = (int)(await call.ExecuteScalarAsync())!;
            for (var i = 0; i < batch.Count; i++) batch[i].SetResult(i < granted);
            batch.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _wishes.Writer.Complete();
        await _loop;
        await _source.DisposeAsync();
    }
}
