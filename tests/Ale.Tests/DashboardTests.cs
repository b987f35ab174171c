using Ale.Edge;
using Ale.Stock;
using Xunit;

namespace Ale;

public sealed class DashboardTests
{
    [Fact]
    public async Task TEC_04_The_dashboard_shows_a_grains_errors_behind_a_login()
    {
        await using var silo = await TestSilo.Start();
        (await silo.Http.Get("/dashboard", role: null)).IsProblem(401, "auth.required");
        (await silo.Http.Get("/dashboard/TopGrainMethods", role: null)).IsProblem(401, "auth.required");
        (await silo.Http.Get("/dashboard/TopGrainMethods", role: "agent")).IsProblem(403, "auth.forbidden");
        Assert.Contains("<html", (await silo.Http.Get("/dashboard/", role: "ops")).Text,
            StringComparison.OrdinalIgnoreCase);

        // Calls are timed from when somebody looks on.
        var methods = () => silo.Http.Get("/dashboard/TopGrainMethods", role: "ops");
        await methods.Until(a => a.Json["calls"]!.AsArray().Count > 0, seconds: 30);
        for (var i = 0; i < 5; i++)
            await Assert.ThrowsAnyAsync<Exception>(() => silo.Grains.Sku("BAD").Define(null!));
        var shown = await methods.Until(a => Define(a) is not null, seconds: 30);
        Assert.True(Define(shown) is not null, shown.Text);
        Assert.Equal(5, (int)Define(shown)!["exceptionCount"]!);

        static System.Text.Json.Nodes.JsonNode? Define(Answer answer) => answer.Json["errors"]!.AsArray()
            .SingleOrDefault(m => (string)m!["method"]! == "Define" && ((string)m["grain"]!).EndsWith("SkuGrain",
                StringComparison.Ordinal));
    }

    [Fact]
    public async Task TEC_04_The_metrics_tell_of_flushes_refusals_waiting_events_and_each_reader()
    {
        await using var silo = await TestSilo.Start();
        (await silo.Http.Put("/api/skus/M1/reservations/r1", """{"quantity":1}""")).IsProblem(404, "stock.unknown_sku");
        (await silo.Http.Put("/api/skus/M1", """{"title":"m","priceMinor":100,"currency":"GBP"}""")).Ok();
        var metrics = () => silo.Http.Get("/metrics", role: null);
        var told = (await metrics.Until(a => a.Text.Contains("reader=\"stock\"", StringComparison.Ordinal), seconds: 30))
            .Text;
        foreach (var name in new[]
        {
            "ale_journal_flush_milliseconds_count", "ale_journal_flush_rows", "ale_journal_waiting_events",
            "ale_reader_lag_milliseconds", "ale_reader_listed_streams", "ale_reader_delay_milliseconds",
            "code=\"stock.unknown_sku\"",
        })
            Assert.True(told.Contains(name, StringComparison.Ordinal), $"{name} is not in:\n{told}");
    }
}
