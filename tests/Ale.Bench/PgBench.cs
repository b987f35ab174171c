using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace Ale.Bench;

/// <summary>The peer in SQL: statements that store the same facts, by pgbench over the unix socket.</summary>
internal sealed partial class PgBench(PostgresServer server, string database)
{
    /// <summary>Takes a unit of one row and stores who has it.</summary>
    public const string OneRow = """
        \set uid random(1, 1000000000)
        WITH u AS (UPDATE sku SET available = available - 1 WHERE id = 1 AND available >= 1 RETURNING id)
        INSERT INTO reservation (sku_id, user_id, quantity) SELECT id, :uid, 1 FROM u;
        """;

    /// <summary>The same over 10,000 rows, all alike.</summary>
    public const string Uniform = """
        \set id random(1, 10000)
        \set uid random(1, 1000000000)
        WITH u AS (UPDATE sku SET available = available - 1 WHERE id = :id AND available >= 1 RETURNING id)
        INSERT INTO reservation (sku_id, user_id, quantity) SELECT id, :uid, 1 FROM u;
        """;

    /// <summary>The same over 10,000 rows, of which few are wanted by most.</summary>
    public const string Zipf = """
        \set id random_zipfian(1, 10000, 1.1)
        \set uid random(1, 1000000000)
        WITH u AS (UPDATE sku SET available = available - 1 WHERE id = :id AND available >= 1 RETURNING id)
        INSERT INTO reservation (sku_id, user_id, quantity) SELECT id, :uid, 1 FROM u;
        """;

    /// <summary>An order of three lines, all or none, in one call; rows are locked in the order of their keys.</summary>
    public const string Order = """
        \set a random(1, 3333)
        \set b random(3334, 6666)
        \set c random(6667, 10000)
        \set uid random(1, 1000000000)
        SELECT place(:uid, :a, :b, :c);
        """;

    /// <summary>Spends of one campaign as long as its cap bears it, and stores what was spent.</summary>
    public const string Spend = """
        \set n random(1, 100)
        WITH u AS (UPDATE campaign SET spent = spent + :n WHERE id = 1 AND spent + :n <= cap RETURNING id)
        INSERT INTO spend (campaign_id, amount) SELECT id, :n FROM u;
        """;

    private static readonly int[] Clients = [1, 2, 4, 8, 16, 32, 64, 128];

    public static async Task<PgBench> Create(PostgresServer server)
    {
        var database = new NpgsqlConnectionStringBuilder(await server.NewDatabase()).Database!;
        var peer = new PgBench(server, database);
        await peer.Do("""
            create table sku (id int primary key, available bigint not null) with (fillfactor = 10,
              autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
            insert into sku select i, 1000000000 from generate_series(1, 10000) i;
            create table reservation (id bigint generated always as identity primary key, sku_id int not null,
              user_id bigint not null, quantity int not null, at timestamptz not null default now());
            create table campaign (id int primary key, cap bigint not null, spent bigint not null) with
              (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
            insert into campaign values (1, 1000000000000, 0);
            create table spend (id bigint generated always as identity primary key, campaign_id int not null,
              amount bigint not null, at timestamptz not null default now());
            create table sales_order (id bigint generated always as identity primary key, user_id bigint not null,
              at timestamptz not null default now());
            create table order_line (order_id bigint not null, line int not null, sku_id int not null,
              quantity int not null, primary key (order_id, line));
            create function place(buyer bigint, a int, b int, c int) returns bigint language plpgsql as $$
            declare
              made bigint;
              wanted int;
            begin
              foreach wanted in array array[a, b, c] loop
                update sku set available = available - 1 where id = wanted and available >= 1;
                if not found then raise exception 'sold out'; end if;
              end loop;
              insert into sales_order (user_id) values (buyer) returning id into made;
              insert into order_line values (made, 1, a, 1), (made, 2, b, 1), (made, 3, c, 1);
              return made;
            end $$;
            """);
        return peer;
    }

    /// <summary>A side of a contest.</summary>
    /// <param name="clients">Null: chooses the best.</param>
    public Side Side(string script, int? clients = null) => new("pgbench", clients is { } n ? [n] : Clients,
        (inFlight, time) => Run(script, inFlight, time));

    public string ConnectionString => server.ConnectionString(database);

    private async Task Do(string sql)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 120;
        await command.ExecuteNonQueryAsync();
    }

    private async Task<Figure> Run(string script, int clients, TimeSpan time)
    {
        await Do("checkpoint");
        var file = Path.Combine(Path.GetTempPath(), $"ale-bench-{Environment.ProcessId}.sql");
        await File.WriteAllTextAsync(file, script);
        var busy = Processors.BusyMicros();
        var output = await Tool.Run("pgbench", "-h", server.SocketFolder, "-p", $"{server.Port}", "-U", "ale", "-n",
            "-M", "prepared", "-c", $"{clients}", "-j", $"{Math.Min(2, clients)}", "-T", $"{time.TotalSeconds:F0}",
            "-f", file, database);
        busy = Processors.BusyMicros() - busy;
        File.Delete(file);
        var rate = double.Parse(Rate().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
        var latency = double.Parse(Latency().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
        var done = (long)(rate * time.TotalSeconds);
        return new("pgbench", clients, rate, latency, double.NaN, done, 0, busy / done, double.NaN);
    }

    [GeneratedRegex(@"tps = ([0-9.]+)")]
    private static partial Regex Rate();

    [GeneratedRegex(@"latency average = ([0-9.]+)")]
    private static partial Regex Latency();
}
