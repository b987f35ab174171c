using Ale.Inbox;
using Ale.Kernel;

namespace Ale.Care;

/// <summary>A step that is late stands in an inbox until it is done.</summary>
internal sealed class CaseReactions()
    : Reaction<CaseEvent>("case-inbox", "case", CaseJson.Default.CaseEvent)
{
    private const string By = "care", Kind = "case_late";

    protected override async Task<Refusal?> React(
        string key, CaseEvent happened, string eventId, IGrainFactory grains)
    {
        switch (happened)
        {
            case CaseEvent.Breached e:
                var terms = new InboxTerms(Kind, $"After-sales case {key} waits since it was {e.After}".ToLowerInvariant(),
                    $"case/{key}", e.Role, InboxSeverity.Warning, e.DueAt);
                return (await grains.InboxItem(ItemOf(key, e.After)).Open(terms, By)).Refusal;
            case CaseEvent.Evidenced { IsFirst: true }:
                return await Close(CaseState.Opened);
            case CaseEvent.Decided:
                return await Close(CaseState.Evidenced);
            case CaseEvent.GoodsBack:
                return await Close(CaseState.Decided);
            case CaseEvent.Settled:
                return await Close(CaseState.GoodsBack);
            default:
                return null;
        }

        Task<Refusal?> Close(CaseState after) => grains.CloseItem(ItemOf(key, after), By, "done");
    }

    /// <summary>The item that says that the step after a state is late.</summary>
    public static string ItemOf(string key, CaseState after) => CauseIds.Of(Kind, $"{key}/{after}");
}
