using System.Globalization;
using Ale.Approvals;
using Ale.Inbox;
using Ale.Jobs;
using Ale.Kernel;
using Ale.Markets;
using Ale.Policy;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Ale.Budgets;

/// <summary>What the silo registers for this slice.</summary>
internal static class BudgetsSetup
{
    public static IServiceCollection AddBudgets(this IServiceCollection services)
    {
        services.TryAddSingleton<MarketBook>();
        return services
            .AddSingleton<Projection, BudgetProjection>().AddSingleton<Projection, BudgetPlanProjection>()
            .AddSingleton<Reaction, BudgetReactions>().AddSingleton<Reaction, UnusualSpends>()
            .AddJob(CostAudit.Definition).AddJob(SubscriptionCheck.Definition)
            .AddJob(ExploreLines.Definition).AddJob(ReserveCheck.Definition).AddSingleton<Reaction, ReserveReactions>()
            .AddSingleton(BudgetReview.Move)
            .AddSingleton(new Decider(BudgetKeys.LineKind, (grains, key) => grains.BudgetLine(key)))
            .AddSingleton(new Decider(BudgetKeys.PlanKind, (grains, key) => grains.BudgetPlan(key)))
            .AddSingleton(new Decider(ReserveKeys.Kind, (grains, key) => grains.Reserve(key)))
            .AddTransient<JournalCheck, BudgetCheck>()
            .AddTransient<JournalCheck>(s => new SnapshotCheck<BudgetLine, BudgetLineEvent>(
                "budget", BudgetLineSnapshot.Codec, s.GetRequiredService<IJournalStore>()));
    }
}

/// <summary>
/// The spend that takes a rigid line beyond its plan asks for a transfer; the item tells the whole shortfall as it is,
/// and is closed when there is none. Who was done with it hears of a larger one by another (BUD-06).
/// </summary>
internal sealed class BudgetReactions(PolicyBook policies, JournalClock clock) : Reaction<BudgetLineEvent>(
    "budget-inbox", "budget", BudgetLineJson.Default.BudgetLineEvent)
{
    private const string By = "budgets";

    protected override async Task<Refusal?> React(
        string key, BudgetLineEvent happened, string eventId, IGrainFactory grains)
    {
        if (happened is not (BudgetLineEvent.Booked or BudgetLineEvent.Planned or BudgetLineEvent.Released
            or BudgetLineEvent.Checked) or BudgetLineEvent.Booked { OverMinor: 0, HeldMinor: 0 }) return null;
        var (line, refusal) = await grains.BudgetLine(key).Get();
        if (refusal is not null) return refusal;
        var isOver = line!.Terms.Rigid && line.OverMinor > 0;
        var title = string.Create(CultureInfo.InvariantCulture,
            $"Move {line.OverMinor} {line.Terms.Currency} (minor units) to {key}, which is rigid and over its plan ")
            + $"since {line.OverSince}";
        for (var number = 1; ; number++)
        {
            var id = TransferItem(key, number);
            var (told, _) = await grains.InboxItem(id).Get();
            if (told is { State: InboxState.Done }
                && (told.Terms.Title != title || await IsThere(number + 1))) continue;
            if (!isOver) return await grains.CloseItem(id, By, "The line is within its plan.");
            return told is null && happened is not BudgetLineEvent.Booked ? null : await grains.RetellItem(id, new(
                "budget_transfer", title, $"budget/{key}", policies.For(null, clock.GetUtcNow()).Budgets.FinanceRole,
                InboxSeverity.Warning, null), By);
        }

        async Task<bool> IsThere(int number) =>
            (await grains.InboxItem(TransferItem(key, number)).Get()).Value is not null;
    }

    /// <param name="number">Of the line's items.</param>
    public static string TransferItem(string key, int number) =>
        CauseIds.Of("budget_transfer", string.Create(CultureInfo.InvariantCulture, $"{key}/{number}"));
}

/// <summary>An id is booked once, what is held for a spend is given back with it, and sums are those of the
/// spends.</summary>
internal sealed class BudgetCheck() : JournalCheck<BudgetLineEvent>(
    "budgets", "budget", BudgetLineJson.Default.BudgetLineEvent)
{
    private readonly Dictionary<(string Key, string Id), long> _held = [];
    private readonly HashSet<(string Key, string Id)> _booked = [];

    protected override void Fold(string key, BudgetLineEvent happened)
    {
        switch (happened)
        {
            case BudgetLineEvent.Committed e:
                Expect(key, _held.TryAdd((key, e.Spend.Id), e.Spend.AmountMinor), $"{e.Spend.Id} is held twice");
                break;
            case BudgetLineEvent.Booked e:
                Expect(key, _booked.Add((key, e.Spend.Id)), $"{e.Spend.Id} is booked twice");
                Expect(key, Taken(e.Spend.Id) == e.HeldMinor, $"{e.Spend.Id} gives back what was not held");
                break;
            case BudgetLineEvent.Released e:
                Expect(key, Taken(e.Id) == e.HeldMinor, $"{e.Id} gives back what was not held");
                break;
        }

        long Taken(string id)
        {
            _held.Remove((key, id), out var held);
            return held;
        }
    }

    protected override void Compare(IReadOnlyList<JournalCheck> others)
    {
    }
}
