using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace Ale.Bench;

/// <summary>The peer: one statement that takes a unit and stores who has it, by pgbench over the unix socket.</summary>
internal static partial class PgBench
{
    public static readonly int[] Clients = [1, 2, 4, 8, 16, 32, 64];

    private const string Hot = """
        \set uid random(1, 1000000000)
        WITH u AS (UPDATE sku SET available = available - 1 WHERE id = 1 AND available >= 1 RETURNING id)
        INSERT INTO reservation (sku_id, user_id, quantity) SELECT id, :uid, 1 FROM u;
        """;

    private const string Spread = """
        \set id random(1, 10000)
        \set uid random(1, 1000000000)
        WITH u AS (UPDATE sku SET available = available - 1 WHERE id = :id AND available >= 1 RETURNING id)
        INSERT INTO reservation (sku_id, user_id, quantity) SELECT id, :uid, 1 FROM u;
        """;

    public static async Task<IReadOnlyList<Figure>> Run(PostgresServer server, int seconds)
    {
        var database = new NpgsqlConnectionStringBuilder(await server.NewDatabase()).Database!;
        await using var source = NpgsqlDataSource.Create(server.ConnectionString(database));
        await using (var make = source.CreateCommand("""
            create table sku (id int primary key, available bigint not null) with (fillfactor = 10,
              autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
            insert into sku select i, 1000000000 from generate_series(1, 10000) i;
            create table reservation (id bigint generated always as identity primary key, sku_id int not null,
              user_id bigint not null, quantity int not null, at timestamptz not null default now());
            """))
            await make.ExecuteNonQueryAsync();
        var figures = new List<Figure>();
        foreach (var (path, script) in new[] { ("pgbench, one row", Hot), ("pgbench, 10,000 rows", Spread) })
        {
            foreach (var clients in Clients)
            {
                await using (var checkpoint = source.CreateCommand(
                    "checkpoint")) await checkpoint.ExecuteNonQueryAsync();
                figures.Add(await One(server, database, path, script, clients, seconds));
            }
        }

        return figures;
    }

    private static async Task<Figure> One(
        PostgresServer server, string database, string path, string script, int clients, int seconds)
    {
        var file = Path.Combine(Path.GetTempPath(), $"ale-bench-{Environment.ProcessId}.sql");
        await File.WriteAllTextAsync(file, script);
        var start = new ProcessStartInfo("pgbench") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var arg in new[]
        {
            "-h", server.SocketFolder, "-p", $"{server.Port}", "-U", "ale", "-n", "-M", "prepared", "-c", $"{clients}",
            "-j", $"{Math.Min(2, clients)}", "-T", $"{seconds}", "-f", file, database,
        }) start.ArgumentList.Add(arg);
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        File.Delete(file);
        if (process.ExitCode != 0) throw new InvalidOperationException($"pgbench: {errors}");
        var rate = double.Parse(Rate().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
        var latency = double.Parse(Latency().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
        return new(path, clients, rate, latency, double.NaN, (long)(rate * seconds), 0, double.NaN, double.NaN);
    }

    [GeneratedRegex(@"tps = ([0-9.]+)")]
    private static partial Regex Rate();

    [GeneratedRegex(@"latency average = ([0-9.]+)")]
    private static partial Regex Latency();
}
