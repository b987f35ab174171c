using Ale.Kernel;

namespace Ale.Sessions;

/// <summary>Forecasts follow the plan, and what similar sessions have sold since (STK-13).</summary>
internal sealed class ForecastReactions(IJournalStore journal)
    : Reaction<SessionEvent>("session-forecast", "session", SessionJson.Default.SessionEvent)
{
    private const int ComingMax = 200;

    protected override async Task<Refusal?> React(
        string key, SessionEvent happened, string eventId, IGrainFactory grains)
    {
        switch (happened)
        {
            case SessionEvent.Planned or SessionEvent.Changed:
                return (await grains.Forecast(key).Renew(await journal.End(default))).Refusal;
            // At its end most is sold; what was paid for later is counted when it closes.
            case SessionEvent.Moved { To: SessionState.Ended or SessionState.Closed }:
                return await RenewLike(key, grains);
            default:
                return null;
        }
    }

    /// <summary>Those to come that the session may say something of, the latest planned first.</summary>
    private async Task<Refusal?> RenewLike(string key, IGrainFactory grains)
    {
        var (session, unknown) = await grains.Session(key).Get();
        if (unknown is not null) return unknown;
        var end = await journal.End(default);
        foreach (var state in new[] { SessionState.Planned, SessionState.InReview, SessionState.Ready })
        {
            var (coming, refusal) = await grains.SessionQueries().Sessions(new(ComingMax)
            {
                State = state,
                Market = session!.Terms.Market,
                Kind = session.Terms.Kind,
            }, end);
            if (refusal is not null) return refusal;
            foreach (var next in coming)
            {
                if (!next.Terms.Skus.Any(sku => Forecasts.LikenessOf(session.Terms, next.Terms, sku) is not null))
                    continue;
                if ((await grains.Forecast(next.Id).Renew(end)).Refusal is { } failed) return failed;
            }
        }

        return null;
    }
}
