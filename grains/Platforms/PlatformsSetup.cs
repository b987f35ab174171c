using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ale.Platforms;

/// <summary>What the silo registers for this slice.</summary>
internal static class PlatformsSetup
{
    public static IServiceCollection AddPlatforms(this IServiceCollection services) => services
        .AddSingleton<Projection, PlatformProjection>().AddSingleton<Reaction, PlatformReactions>()
        .AddSingleton<Reaction, PlatformPeopleSeen>()
        .AddSingleton<PlatformLookup>()
        .AddSingleton<HttpPlatform>().AddSingleton<FolderPlatform>().AddSingleton<IPlatformApi, PlatformApi>()
        .AddHostedService<PlatformPulse>()
        .AddTransient<JournalCheck, PlatformCheck>()
        .AddTransient<JournalCheck>(s => new SnapshotCheck<Platform, PlatformsEvent>(
            "platform", PlatformSnapshot.Codec, s.GetRequiredService<IJournalStore>()));
}

/// <summary>No platform sleeps, also after the node that followed it is gone.</summary>
internal sealed class PlatformPulse(
    IGrainFactory grains, IHostApplicationLifetime lifetime, TimeProvider time, PulseSettings settings,
    ILogger<PlatformPulse> log) : Pulse(TimeSpan.FromSeconds(5), lifetime, time, settings, log)
{
    private const int PageMax = 100;

    protected override async Task Beat(CancellationToken ct)
    {
        for (string? after = null; ;)
        {
            var (platforms, refusal) = await grains.PlatformQueries().Platforms(after, PageMax, default, ct);
            if (refusal is not null) throw new OutcomeUnknownException(refusal.Code);
            foreach (var platform in platforms) await grains.Platform(platform.Id).Pulse().WaitAsync(Every, ct);
            if (platforms.Length < PageMax) break;
            after = platforms[^1].Id;
        }
    }
}

/// <summary>What a platform is asked for is taken in order without gaps, save what is passed over, and each id
/// once.</summary>
internal sealed class PlatformCheck() : JournalCheck<PlatformsEvent>(
    "platforms", "platform", PlatformJson.Default.PlatformsEvent)
{
    private readonly Dictionary<string, long> _seqs = new(StringComparer.Ordinal);
    private readonly HashSet<(string Platform, long Id)> _ids = [];

    protected override void Fold(string key, PlatformsEvent happened)
    {
        if (happened is PlatformsEvent.Skipped { Through: var through })
        {
            Expect(key, through > _seqs.GetValueOrDefault(key), $"number {through} is passed over, and was taken");
            _seqs[key] = through;
        }

        if (happened is not PlatformsEvent.Taken e) return;
        foreach (var kept in e.Events)
            Expect(key, _ids.Add((key, IdHash.Of(kept.What.Id))), $"event {kept.What.Id} is taken twice");
        if (e.Seq is not { } seq) return;
        var before = _seqs.GetValueOrDefault(key);
        var count = e.Events.Length + e.Refused.Length + e.Repeats;
        Expect(key, seq == before + count, $"number {seq} is taken after {before} with {count} events");
        _seqs[key] = seq;
    }

    protected override void Compare(IReadOnlyList<JournalCheck> others)
    {
    }
}
