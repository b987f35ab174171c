using Ale.Edge;
using Ale.Stock;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Ale.Bench;

/// <summary>
/// The endpoint a shop would write: one statement takes the units under the row's lock and stores who has them; a repeat
/// answers what is stored. It stands behind the same checks, on the same host, and answers the same fields.
/// </summary>
internal sealed class SqlShop : IAsyncDisposable
{
    /// <summary>Sizes of the connection pool, of which it may choose the best.</summary>
    public static readonly int[] Pools = [2, 4, 8, 16, 32];

    private const string Take = """
        with u as (update sku set available = available - $3 where code = $1 and available >= $3
          returning code, price, currency)
        insert into reservation (id, sku, quantity, price, currency, user_id, expires_at)
        select $2, code, $3, price, currency, $4, now() + interval '15 minutes' from u
        returning price, currency, expires_at
        """;

    private const string Find =
        "select price, currency, expires_at from reservation where id = $2 and sku = $1 and quantity = $3";

    private readonly Dictionary<int, NpgsqlDataSource> _sources;

    private SqlShop(string database) => _sources = Pools.ToDictionary(size => size, size => new NpgsqlDataSourceBuilder(
        new NpgsqlConnectionStringBuilder(database) { MaxPoolSize = size, MaxAutoPrepare = 10, AutoPrepareMinUsages = 1 }
            .ConnectionString).Build());

    public static async Task<SqlShop> Create(PostgresServer server)
    {
        var shop = new SqlShop(await server.NewDatabase());
        await using var make = shop._sources[2].CreateCommand("""
            create table sku (code text primary key, available bigint not null, price bigint not null,
              currency text not null) with (fillfactor = 10, autovacuum_vacuum_scale_factor = 0,
              autovacuum_vacuum_threshold = 1000);
            insert into sku values ('HOT', 1000000000000, 100, 'GBP');
            create table reservation (id text primary key, sku text not null, quantity int not null,
              price bigint not null, currency text not null, user_id text, at timestamptz not null default now(),
              expires_at timestamptz not null)
            """);
        await make.ExecuteNonQueryAsync();
        return shop;
    }

    public void Map(WebApplication app)
    {
        var bench = app.MapGroup("/bench").Validated().Allow(Permission.StockReserve);
        bench.MapPut("/sql/{pool:int}/skus/{sku}/reservations/{id}",
            async (int pool, SkuCode sku, Id id, ReservationHttp.ReservationBody body, CancellationToken ct) =>
                await Reserve(_sources[pool], sku, id, body, ct) is { } held ? (IResult)TypedResults.Ok(held)
                    : TypedResults.Problem(statusCode: 409, title: "sold out"));
        bench.MapPut("/empty/skus/{sku}/reservations/{id}",
            (SkuCode sku, Id id, ReservationHttp.ReservationBody body) => TypedResults.Ok(new ReservationHttp.ReservationReply(
                id, sku, null, body.Quantity, 100, "GBP", ReservationState.Held, DateTimeOffset.UtcNow, null, null)));
    }

    public async Task<long> Reserved()
    {
        await using var command = _sources[2].CreateCommand("select count(*) from reservation");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<ReservationHttp.ReservationReply?> Reserve(NpgsqlDataSource source, string sku, string id,
        ReservationHttp.ReservationBody body, CancellationToken ct)
    {
        try
        {
            return await Ask(Take);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return await Ask(Find);
        }

        async Task<ReservationHttp.ReservationReply?> Ask(string sql)
        {
            await using var command = source.CreateCommand(sql);
            command.Parameters.Add(new() { Value = sku });
            command.Parameters.Add(new() { Value = id });
            command.Parameters.Add(new() { Value = body.Quantity });
            if (sql == Take) command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = body.UserId });
            await using var row = await command.ExecuteReaderAsync(ct);
            return !await row.ReadAsync(ct) ? null : new(id, sku, body.UserId, body.Quantity, row.GetInt64(0),
                row.GetString(1), ReservationState.Held, row.GetFieldValue<DateTimeOffset>(2), null, null);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var source in _sources.Values) await source.DisposeAsync();
    }
}
