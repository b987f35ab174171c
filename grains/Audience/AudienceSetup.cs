using System.Globalization;
using Ale.Inbox;
using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Audience;

/// <summary>What the silo registers for this slice.</summary>
internal static class AudienceSetup
{
    public static IServiceCollection AddAudience(this IServiceCollection services) => services
        .AddSingleton<Projection, CohortProjection>().AddSingleton<Projection, IdentityProjection>()
        .AddSingleton<Reaction, CohortReactions>()
        .AddTransient<JournalCheck>(s => new SnapshotCheck<Touches, TouchEvent>(
            "touches", Touches.Snapshots, s.GetRequiredService<IJournalStore>()));
}

/// <summary>A cohort that ended without its goal stands in an inbox (USR-11).</summary>
internal sealed class CohortReactions() : Reaction<CohortEvent>(
    "cohort-inbox", "cohort", AudienceJson.Default.CohortEvent)
{
    protected override async Task<Refusal?> React(
        string key, CohortEvent happened, string eventId, IGrainFactory grains)
    {
        if (happened is not CohortEvent.Ended { IsMissed: true } e) return null;
        var title = string.Create(CultureInfo.InvariantCulture, $"{key} ended with {e.Members} of {e.Goal} members");
        return (await grains.InboxItem(MissedItem(key)).Open(
            new("cohort_missed", title, $"cohort/{key}", e.Role, InboxSeverity.Warning, null), "audience")).Refusal;
    }

    public static string MissedItem(string cohort) => CauseIds.Of("cohort_missed", cohort);
}
