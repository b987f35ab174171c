using Ale.Jobs;
using Ale.Kernel;
using Ale.Markets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Ale.Payments;

internal static class PaymentSetup
{
    public static IServiceCollection AddPayments(this IServiceCollection services)
    {
        services.TryAddSingleton<MarketBook>();
        return services.AddSingleton<Projection, PaymentProjection>().AddSingleton<IAcquirer, LocalAcquirer>()
            .AddSingleton<Projection, SettlementProjection>().AddSingleton<Reaction, SettlementReactions>()
            .AddSingleton<SettlementLookup>().AddSingleton<IStatementSource, FolderStatements>()
            .AddJob(SettlementJob.Definition);
    }
}
