using System.Collections.Immutable;
using Ale.Engines;
using Ale.Kernel;
using Ale.Policy;
using Ale.Stock;

namespace Ale.Sessions;

[GrainType("forecast")]
internal sealed class ForecastGrain(SiloKernel kernel, PolicyBook policies)
    : EventSourcedGrain<Forecasts, ForecastEvent>(kernel), IForecastGrain
{
    public async Task<Outcome<SkuForecast>> Ask(string sku, CancellationToken ct)
    {
        var (session, refusal) = await GrainFactory.Session(Key).Get(ct);
        if (refusal is not null) return await Commit<SkuForecast>(refusal, ct);
        if (!session!.Terms.Skus.Contains(sku, StringComparer.Ordinal))
            return await Commit<SkuForecast>(ForecastRefusals.NotOnShelf, ct);
        if ((await Make(session, [sku], default, ct)).Refusal is { } failed) return failed;
        return await Answer(State.Of(Key, sku), ct);
    }

    public async Task<Outcome<Done>> Renew(JournalPlace at, CancellationToken ct)
    {
        var (session, refusal) = await GrainFactory.Session(Key).Get(ct);
        if (refusal is not null) return await Commit<Done>(refusal, ct);
        return await Make(session!, session!.Terms.Skus, at, ct);
    }

    private async Task<Outcome<Done>> Make(
        SessionInfo session, ImmutableArray<string> skus, JournalPlace at, CancellationToken ct)
    {
        var isBefore = session.State is SessionState.Planned or SessionState.InReview or SessionState.Ready;
        if (!isBefore || skus.IsEmpty) return await Answer(new Done(), ct);
        var (past, refusal) = await Past(session, at, ct);
        if (refusal is not null) return await Commit<Done>(refusal, ct);
        var terms = session.Terms;
        var similar = past!.Where(p => p.Terms.Skus.Intersect(skus, StringComparer.Ordinal).Any()).ToArray();
        var sold = new Dictionary<(string, string), long>();
        if (similar.Length > 0)
        {
            var asked = await GrainFactory.StockQueries().SoldInSessions(
                [.. similar.Select(p => p.Id)], skus, at, ct);
            if (asked.Refusal is { } failed) return await Commit<Done>(failed, ct);
            foreach (var row in asked.Value) sold[(row.SessionId, row.Sku)] = row.Units;
        }

        var market = policies.Knows(terms.Market) ? terms.Market : null;
        var wanted = policies.For(market, Now).Sessions.ForecastSessions;
        var found = skus.ToDictionary(sku => sku, sku => Forecast.Of(
        [
            .. from p in similar
               let likeness = Forecasts.LikenessOf(p.Terms, terms, sku)
               where likeness is not null
               select new PastFigure(p.Id, (int)likeness, p.Terms.StartsAt, sold.GetValueOrDefault((p.Id, sku))),
        ], wanted), StringComparer.Ordinal);
        return await Commit(State.Decide(found, Now), ct);
    }

    /// <summary>What has ended before this one is to start, the latest first.</summary>
    private async Task<Outcome<IReadOnlyList<SessionInfo>>> Past(
        SessionInfo session, JournalPlace at, CancellationToken ct)
    {
        var queries = GrainFactory.SessionQueries();
        var all = new List<SessionInfo>();
        foreach (var state in new[] { SessionState.Ended, SessionState.Closed })
        {
            var (some, refusal) = await queries.Sessions(new(IForecastGrain.PastMax)
            {
                State = state,
                Market = session.Terms.Market,
                Kind = session.Terms.Kind,
                BeforeStart = session.Terms.StartsAt,
                BeforeId = "",
            }, at, ct);
            if (refusal is not null) return refusal;
            all.AddRange(some);
        }

        return all.OrderByDescending(p => p.Terms.StartsAt).ThenByDescending(p => p.Id, StringComparer.Ordinal)
            .Take(IForecastGrain.PastMax).ToArray();
    }
}
