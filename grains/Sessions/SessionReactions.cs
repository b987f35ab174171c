using Ale.Kernel;
using Ale.Policy;
using Ale.Stock;

namespace Ale.Sessions;

/// <summary>A session that ends closes the window of its stock-out rate (STK-03).</summary>
internal sealed class SessionReactions(IJournalStore journal, PolicyBook policies, JournalClock clock)
    : Reaction<SessionEvent>("session-out-rate", "session", SessionJson.Default.SessionEvent)
{
    protected override async Task<Refusal?> React(
        string key, SessionEvent happened, string eventId, IGrainFactory grains)
    {
        if (happened is not SessionEvent.Moved { To: SessionState.Ended }) return null;
        var (session, unknown) = await grains.Session(key).Get();
        if (unknown is not null) return unknown;
        // What was refused in its last second is kept by then, and the tables are asked as they stand after it.
        await Task.Delay(2 * ISkuGrain.TellsRefusalsWithin, clock);
        var end = await journal.End(default);
        var (rate, refusal) = await grains.StockQueries().OutRate(new(key, null, null, null), end);
        if (refusal is not null) return refusal;
        var market = policies.Knows(session!.Terms.Market) ? session.Terms.Market : null;
        return await StockOutRate.Tell(
            grains, $"session/{key}", rate!, policies.For(market, clock.GetUtcNow()).Stock);
    }
}
