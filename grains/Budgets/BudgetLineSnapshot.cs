using System.Collections.Immutable;
using Ale.Kernel;

namespace Ale.Budgets;

/// <summary>The state as stored.</summary>
internal sealed record FrozenBudgetLine(
    BudgetTerms? Terms, long PlanVersion, long CommittedMinor, long ActualMinor, long GrantedMinor, int Asks,
    AskState Ask, DateTimeOffset? AskedAt, KeyValuePair<string, SpendMark>[] Spends, PostSpend[] Waiting,
    PostSpend[] Largest, PostSpend[]? Unusual = null, string? AskedBy = null, long? PartsMinor = null,
    long? CountsMinor = null, long? RefusedMinor = null, string? OverSince = null);

/// <summary>The shape of the state beside the events.</summary>
internal static class BudgetLineSnapshot
{
    public static readonly SnapshotCodec<BudgetLine> Codec = SnapshotCodec<BudgetLine>.Of(
        BudgetLineJson.Default.FrozenBudgetLine, meaning: 2,
        s => new(s.Terms, s.PlanVersion, s.CommittedMinor, s.ActualMinor, s.GrantedMinor, s.Asks, s.Ask, s.AskedAt,
            [.. s.Spends.OrderBy(p => p.Key, StringComparer.Ordinal)], [.. s.Waiting], [.. s.Largest],
            s.Unusual.IsEmpty ? null : [.. s.Unusual], s.AskedBy, s.PartsMinor, s.CountsMinor, s.RefusedMinor,
            s.OverSince),
        f => new()
        {
            Terms = f.Terms,
            PlanVersion = f.PlanVersion,
            CommittedMinor = f.CommittedMinor,
            ActualMinor = f.ActualMinor,
            GrantedMinor = f.GrantedMinor,
            Asks = f.Asks,
            Ask = f.Ask,
            AskedAt = f.AskedAt,
            Spends = f.Spends.ToImmutableDictionary(StringComparer.Ordinal),
            Waiting = [.. f.Waiting],
            Largest = [.. f.Largest],
            Unusual = [.. f.Unusual ?? []],
            AskedBy = f.AskedBy,
            PartsMinor = f.PartsMinor ?? 0,
            CountsMinor = f.CountsMinor ?? f.Terms?.PlannedMinor ?? 0,
            RefusedMinor = f.RefusedMinor ?? 0,
            OverSince = f.OverSince,
        },
        s => s.Spends.Count);
}
