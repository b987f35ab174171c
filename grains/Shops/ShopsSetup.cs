using Ale.Jobs;
using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ale.Shops;

/// <summary>What the silo registers for this slice.</summary>
internal static class ShopsSetup
{
    public static IServiceCollection AddShops(this IServiceCollection services) => services
        .AddSingleton<Projection, ShopProjection>().AddSingleton<Reaction, ShopReactions>()
        .AddSingleton<IStockSystem, HttpStockSystem>()
        .AddHostedService<ShopPulse>()
        .AddJob(ShopReconciliationJob.Definition)
        .AddTransient<JournalCheck, ShopCheck>()
        .AddTransient<JournalCheck>(s => new SnapshotCheck<Shop, ShopEvent>(
            "shop", ShopSnapshot.Codec, s.GetRequiredService<IJournalStore>()));

    /// <summary>Every shop there is.</summary>
    public static async IAsyncEnumerable<ShopRow> AllShops(this IGrainFactory grains)
    {
        for (string? after = null; ;)
        {
            var (shops, refusal) = await grains.ShopQueries().Shops(after, 100, default);
            if (refusal is not null) throw new OutcomeUnknownException(refusal.Code);
            foreach (var shop in shops) yield return shop;
            if (shops.Length < 100) break;
            after = shops[^1].Id;
        }
    }
}

/// <summary>No shop sleeps, also after the node that kept it in step is gone.</summary>
internal sealed class ShopPulse(
    IGrainFactory grains, IHostApplicationLifetime lifetime, TimeProvider time, PulseSettings settings,
    ILogger<ShopPulse> log) : Pulse(TimeSpan.FromSeconds(5), lifetime, time, settings, log)
{
    protected override async Task Beat(CancellationToken ct)
    {
        await foreach (var shop in grains.AllShops().WithCancellation(ct))
            await grains.Shop(shop.Id).Pulse().WaitAsync(Every, ct);
    }
}

/// <summary>Each day both ledgers of every shop are compared (STK-02).</summary>
internal static class ShopReconciliationJob
{
    public static readonly JobDefinition Definition = new(
        "stock-reconciliation", "Our stock against each shop's ledger", p => p.Shops.ReconcileCron, null, Run);

    private static async Task<JobResult> Run(JobRun run, CancellationToken ct)
    {
        var grains = run.Services.GetRequiredService<IGrainFactory>();
        var (notes, isDone) = (new List<string>(), true);
        await foreach (var shop in grains.AllShops().WithCancellation(ct))
        {
            var (result, refusal) = await grains.Shop(shop.Id).Reconcile(run.Attempt.RunId, ct);
            isDone &= refusal is null;
            notes.Add(refusal is not null ? $"{shop.Id}: {refusal.Code}" : FormattableString.Invariant(
                $"{shop.Id}: {result!.Different} of {result.Skus} differ"));
        }

        var note = string.Join("; ", notes);
        return isDone ? JobResult.Done(note.Length == 0 ? "No shop is connected." : note) : JobResult.Failed(note);
    }
}
