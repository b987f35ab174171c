using Ale.Jobs;
using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Stock;

internal static class StockSetup
{
    public static IServiceCollection AddStock(this IServiceCollection services) =>
        services
        .AddSingleton<Projection, StockProjection>().AddSingleton<StockLookup>().AddSingleton<SkuCalls>()
        .AddSingleton<Reaction, ShelfReactions>()
        .AddJob(StockOutRate.Job)
        .AddTransient<JournalCheck, StockCheck>()
        .AddTransient<JournalCheck>(s => new SnapshotCheck<Stock, StockEvent>(
            "stock", Stock.Snapshots, s.GetRequiredService<IJournalStore>()));
}
