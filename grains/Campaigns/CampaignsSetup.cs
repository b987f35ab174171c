using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Campaigns;

/// <summary>What the silo registers for this slice.</summary>
internal static class CampaignsSetup
{
    public static IServiceCollection AddCampaigns(this IServiceCollection services) => services
        .AddSingleton<PlacementCalls>().AddSingleton<Projection, CampaignProjection>()
        .AddSingleton<Projection, PlacementProjection>()
        .AddSingleton<Reaction, CampaignReactions>().AddSingleton<Reaction, PlacementReactions>()
        .AddSingleton<Reaction, PlacementSettings>().AddSingleton<Reaction, BudgetWord>()
        .AddSingleton<Reaction, PlatformSpend>().AddSingleton<Reaction, PlacementCatchUp>()
        .AddTransient<JournalCheck, PlacementCheck>()
        .AddTransient<JournalCheck>(s => new SnapshotCheck<Placement, PlacementEvent>(
            "placement", Placement.Snapshots, s.GetRequiredService<IJournalStore>()));
}

/// <summary>What is authorised never takes spent and held beyond the cap, and an event is booked once.</summary>
internal sealed class PlacementCheck() : JournalCheck<PlacementEvent>(
    "placements", "placement", PlacementJson.Default.PlacementEvent)
{
    private sealed class Sums
    {
        public long Cap { get; set; }
        public long Spent { get; set; }
        public long Held { get; set; }
        public Dictionary<string, long> Holds { get; } = new(StringComparer.Ordinal);
        public HashSet<long> Events { get; } = [];
    }

    private readonly Dictionary<string, Sums> _placements = new(StringComparer.Ordinal);

    protected override void Fold(string key, PlacementEvent happened)
    {
        if (!_placements.TryGetValue(key, out var p)) _placements[key] = p = new();
        switch (happened)
        {
            case PlacementEvent.Put e:
                p.Cap = e.Terms.CapMinor;
                break;
            case PlacementEvent.Changed e:
                p.Cap = e.CapMinor ?? p.Cap;
                break;
            case PlacementEvent.Authorised e:
                Expect(key, p.Holds.TryAdd(e.Id, e.AmountMinor), $"{e.Id} is held twice");
                p.Held += e.AmountMinor;
                Expect(key, p.Spent + p.Held <= p.Cap, $"{e.Id} takes it beyond its cap");
                break;
            case PlacementEvent.Released e:
                GiveBack(e.Id);
                break;
            case PlacementEvent.Expired e:
                GiveBack(e.Id);
                break;
            case PlacementEvent.Reported e:
                foreach (var r in e.Reports)
                {
                    Expect(key, p.Events.Add(IdHash.Of(r.EventId)), $"event {r.EventId} is booked twice");
                    p.Spent += r.SpendMinor;
                    if (r.Authorisation is { } id && p.Holds.ContainsKey(id)) GiveBack(id);
                }

                Expect(key, e.Months.Sum(m => m.AmountMinor) == e.Reports.Sum(r => r.SpendMinor),
                    $"the months of {e.Reports.Length} reports are not what was reported");
                break;
        }

        void GiveBack(string id)
        {
            Expect(key, p.Holds.Remove(id, out var amount), $"{id} is given back, and was not held");
            p.Held -= amount;
        }
    }

    protected override void Compare(IReadOnlyList<JournalCheck> others)
    {
    }
}
