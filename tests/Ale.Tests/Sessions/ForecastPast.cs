using System.Globalization;
using Ale.Edge;
using Ale.Stock;
using Xunit;

namespace Ale.Sessions;

/// <summary>Sessions that sold something, made over HTTP: what a forecast is made of.</summary>
internal sealed class ForecastPast(TestSilo silo, string sku, string host)
{
    private readonly SiloHttp _http = silo.Http;

    public async Task Begin()
    {
        (await _http.Put($"/api/skus/{sku}",
            """{"title":"Crab","priceMinor":900,"currency":"CNY","market":"cn"}""")).Ok();
        (await _http.Put($"/api/skus/{sku}/receipts/first", """{"quantity":100000}""")).Ok();
    }

    public async Task Plan(string session, int day)
    {
        var on = new DateTimeOffset(2026, 6, day, 12, 0, 0, TimeSpan.Zero);
        (await _http.Put($"/api/sessions/{session}", $$"""
            {"title":"Crab","kind":"live","tier":"base","market":"cn","hostId":"{{host}}","ownerId":"p9",
             "startsAt":"{{on:O}}","endsAt":"{{on.AddHours(1):O}}","inducing":false,"skus":["{{sku}}"]}
            """)).Ok();
    }

    public async Task Step(string session, params string[] steps)
    {
        foreach (var step in steps) (await _http.Post($"/api/sessions/{session}/{step}")).Ok();
    }

    /// <summary>A session from its plan to its end, in which so many units are sold at once.</summary>
    public async Task Sell(string session, int day, long units)
    {
        await Plan(session, day);
        await Step(session, "ready", "start");
        var quantity = units.ToString(CultureInfo.InvariantCulture);
        (await _http.Put($"/api/skus/{sku}/reservations/{session}",
            $$"""{"quantity":{{quantity}},"sessionId":"{{session}}"}""")).Ok();
        (await _http.Post($"/api/skus/{sku}/reservations/{session}/confirm")).Ok();
        await Step(session, "end");
    }

    /// <summary>Units that a session sold come back.</summary>
    public async Task PutBack(string session, int units) => Assert.Null(
        (await silo.Grains.Sku(sku).PutBack(new($"{session}/back", session, units))).Refusal);

    public Task<Answer> Ask(string session) => _http.Get($"/api/sessions/{session}/forecast?sku={sku}");

    /// <summary>Asks until the tables have caught up.</summary>
    public Task<Answer> Until(string session, long units) =>
        new Func<Task<Answer>>(() => Ask(session)).Until(a => (long?)a.Ok().Json["units"] == units, 30);
}
