using System.Globalization;
using Ale.Inbox;
using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Portfolio;

/// <summary>What the silo registers for this slice.</summary>
internal static class PortfolioSetup
{
    public static IServiceCollection AddPortfolio(this IServiceCollection services) => services
        .AddSingleton<Projection, ExplorationProjection>().AddSingleton<Projection, ChoiceProjection>()
        .AddSingleton<Reaction, ExplorationReactions>();
}

/// <summary>A trial whose day has come stands in an inbox until somebody has said stop or go (PHS-04).</summary>
internal sealed class ExplorationReactions() : Reaction<ExplorationEvent>(
    "exploration-inbox", "exploration", ExplorationJson.Default.ExplorationEvent)
{
    private const string By = "portfolio";

    private const int TitleLengthMax = 200;

    protected override async Task<Refusal?> React(
        string key, ExplorationEvent happened, string eventId, IGrainFactory grains) => happened switch
        {
            ExplorationEvent.FellDue e => (await grains.InboxItem(DueItem(key, e.ReviewOn)).Open(new(
                "exploration_due", Title(key, e), $"exploration/{key}", e.Role, InboxSeverity.Warning, null), By))
                .Refusal,
            ExplorationEvent.Went e => await grains.CloseItem(DueItem(key, e.Reviewed), By, $"Go: {e.Reason}"),
            ExplorationEvent.Stopped e => await grains.CloseItem(DueItem(key, e.Reviewed), By, $"Stop: {e.Reason}"),
            _ => null,
        };

    /// <summary>A trial falls due again after each go, on another day.</summary>
    public static string DueItem(string exploration, DateOnly day) => CauseIds.Of(
        "exploration_due", string.Create(CultureInfo.InvariantCulture, $"{exploration}/{day:yyyy-MM-dd}"));

    private static string Title(string key, ExplorationEvent.FellDue e) =>
        $"Stop or go: {key}, {e.Title}".Cut(TitleLengthMax);
}
