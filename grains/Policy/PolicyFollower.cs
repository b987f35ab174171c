using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ale.Policy;

/// <summary>What the silo registers for this slice.</summary>
internal static class PolicySetup
{
    public static IServiceCollection AddPolicy(this IServiceCollection services, PolicyBook policies) =>
        services.AddSingleton(policies).AddHostedService<PolicyFollower>();
}

/// <summary>
/// Keeps this node's numbers as people have changed them (TEC-14): read before it serves, and looked for each second
/// after, so that a change is known everywhere before it takes effect (<see cref="IPolicyChangesGrain.Lead"/>). It asks
/// the journal itself: no other node need be there.
/// </summary>
internal sealed partial class PolicyFollower(
    IJournalStore store, PolicyBook book, TimeProvider time, ILogger<PolicyFollower> log) : BackgroundService
{
    private const string Stream = "policychanges/plan";
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private long _next;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await Follow(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var rounds = new PeriodicTimer(Every, time);
        while (await rounds.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await Follow(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested) // the next round tries again
            {
                LogBehind(log, e.Message);
            }
        }
    }

    private async Task Follow(CancellationToken ct)
    {
        var next = (await store.NextVersions([Stream], ct))[0];
        if (next == _next) return;
        var loaded = (await store.Load([(Stream, "")], ct))[0];
        var changes = loaded.Tail.SelectMany(row => EventJson.Read(row.Events, PolicyJson.Default.PolicyEvent))
            .Aggregate(PolicyChanges.New(), (state, e) => state.Apply(e));
        book.Take(changes.All);
        foreach (var change in changes.All)
            if (book.LeftOut.TryGetValue(change.Version, out var rule))
                LogLeftOut(log, change.Version, change.Key, change.Market ?? PolicyEntry.DefaultColumn, rule);
        _next = next;
    }

    [LoggerMessage(63, LogLevel.Warning, "Change {Version} of {Key} ({Column}) is not in force: {Rule}. Mend the files, "
        + "or put a value that fits.")]
    private static partial void LogLeftOut(ILogger log, long version, string key, string column, string rule);

    [LoggerMessage(62, LogLevel.Warning, "Changes of the plan's numbers cannot be read; it is tried again: {Why}")]
    private static partial void LogBehind(ILogger log, string why);
}
