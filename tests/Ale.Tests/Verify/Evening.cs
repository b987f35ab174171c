using System.Data.Common;
using System.Text.Json;
using Ale.Approvals;
using Ale.Cli;
using Ale.Coupons;
using Ale.Imports;
using Ale.Registers;
using Ale.Stock;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using Orleans.Core.Internal;
using Xunit;

namespace Ale.Verify;

/// <summary>A silo of its own after an evening: orders, a return, a cancelled order, expiries, a stream with a
/// snapshot.</summary>
internal sealed class Evening : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    private readonly string _data;
    private readonly string? _postgres;

    private Evening(TestSilo silo, string data, string? postgres) => (Silo, _data, _postgres) = (silo, data, postgres);

    public TestSilo Silo { get; }

    public bool IsPostgres => _postgres is not null;

    public static async Task<Evening> Start(string store)
    {
        var data = Directory.CreateTempSubdirectory("ale-verify-").FullName;
        var postgres = store == "postgres" ? await (await PostgresServer.Shared).NewDatabase() : null;
        var evening = new Evening(await TestSilo.Start(postgres, data), data, postgres);
        await evening.Sell();
        return evening;
    }

    /// <summary>Beside the running silo.</summary>
    /// <param name="file"><c>journal</c> or <c>views</c>; PostgreSQL has both in one database.</param>
    public async Task<DbConnection> Open(string file)
    {
        DbConnection connection = IsPostgres
            ? new NpgsqlConnection(_postgres + ";Pooling=false")
            : new SqliteConnection($"Data Source={Path.Combine(_data, file + ".db")};Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Runs <c>ale verify --json</c>.</summary>
    public async Task<(int Status, Kernel.VerifyReport Report)> Verify()
    {
        using StringWriter stdout = new(), stderr = new();
        var status = await CommandLine.Run(
            ["verify", "--url", Silo.Address.ToString(), "--token", Silo.Http.Token("ops"), "--json"], stdout, stderr);
        var text = stdout.ToString();
        Assert.True(text.Length > 0, stderr.ToString());
        return (status, JsonSerializer.Deserialize<Kernel.VerifyReport>(text, Web)!);
    }

    private async Task Sell()
    {
        var http = Silo.Http;
        foreach (var (sku, hold) in new[] { ("V1", 900), ("V2", 900), ("V3", 1), ("V4", 900) })
        {
            (await http.Put($"/api/skus/{sku}",
                $$"""
                {"title":"{{sku}}","priceMinor":1250,"currency":"GBP","market":"gb","holdSeconds":{{hold}}}
                """)).Ok();
            (await http.Put($"/api/skus/{sku}/receipts/r1", """{"quantity":5000}""")).Ok();
        }

        (await http.Put("/api/skus/V1/adjustments/a1", """{"delta":-7,"reason":"count"}""")).Ok();
        (await http.Put("/api/users/ada", """{"market":"gb"}""")).Ok();
        foreach (var (id, user) in new[] { ("o1", "\"ada\""), ("o2", "\"ada\""), ("o3", "null"), ("o4", "\"ada\"") })
        {
            (await http.Put($"/api/orders/{id}",
                $$"""
                {"userId":{{user}},
                "lines":[{"sku":"V1","quantity":2},{"sku":"V2","quantity":3},{"sku":"V1","quantity":1}]}
                """)).Ok();
            if (id != "o4") (await http.Post($"/api/orders/{id}/pay", """{"method":"local"}""")).Ok();
        }

        (await http.Post("/api/orders/o1/ship")).Ok();
        (await http.Put("/api/orders/o1/returns/b1", """{"lines":[{"sku":"V1","quantity":2}],"reason":"size"}""")).Ok();
        (await http.Post("/api/orders/o2/cancel")).Ok();
        (await http.Post("/api/orders/o4/cancel")).Ok();
        (await http.Put("/api/skus/V3/reservations/e1", """{"quantity":2}""")).Ok();

        await File();
        var sku2 = Silo.Grains.Sku("V2");
        for (var i = 0; i < 60; i++)
        {
            await sku2.Reserve(new($"s{i}", 1));
            if (i % 3 != 0) await sku2.Release(new($"s{i}"));
            else await sku2.Confirm(new($"s{i}"));
        }

        await sku2.AsReference<IGrainManagementExtension>().DeactivateOnIdle();
        await Shows("journal", "select count(*) from snapshot where stream = 'stock/V2'");
        await Shows("views", "select count(*) from reservation where sku = 'V3' and state = 'expired'");
        var settled = await ((Func<Task<Ale.Edge.Answer>>)(() => http.Get("/api/settled", "ops"))).Until(a =>
            a.Status == 200, 30);
        Assert.Equal(200, settled.Status);
    }

    /// <summary>Something in the tables of the smaller slices; of the coupon a snapshot too.</summary>
    private async Task File()
    {
        var (grains, now) = (Silo.Grains, TimeProvider.System.GetUtcNow());
        var coupon = grains.Coupon("VC");
        Done(await coupon.Define(
            new(100, null, "GBP", 1_000, 1, now.AddHours(-1), now.AddDays(1), "verify")));
        for (var i = 0; i < 120; i++) Done(await coupon.Claim(new(new UserId($"verify{i}"), 1)));
        await coupon.AsReference<IGrainManagementExtension>().DeactivateOnIdle();
        await Shows("journal", "select count(*) from snapshot where stream = 'coupon/VC'");

        Done(await grains.Import("vi").Open(new("file", "gb", new string('a', 64))));
        Done(await grains.ImportDocument("vi", "d1").Record(
            new([new(ImportLineKind.Charge, null, "POST", 1, 500, false)], ["o1"])));
        Done(await grains.Register("import_papers", "V1").Enter(
            new("p1", new("Paper", [], now.AddDays(-1), now.AddDays(300)), "l1")));
        Done(await grains.Approval("verify:v1:1").Ask(
            new("Spend", "order/o1", [], "alice", "approver", 2) { ExpiresAt = now.AddDays(3) }));
        Done(await grains.Approval("verify:v1:1").Decide(
            new("verify:v1:1", ApprovalDecision.Approve, "k1", "bob", ["approver"], "useful")));
    }

    private static void Done<T>(Outcome<T> outcome) => Assert.Null(outcome.Refusal);

    private async Task Shows(string file, string sql)
    {
        await using var connection = await Open(file);
        Func<Task<long>> count = () => connection.ExecuteScalarAsync<long>(sql);
        Assert.Equal(1, await count.Until(n => n == 1, 30));
    }

    public async ValueTask DisposeAsync()
    {
        await Silo.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }
}
