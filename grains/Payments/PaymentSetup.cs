using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Payments;

internal static class PaymentSetup
{
    public static IServiceCollection AddPayments(this IServiceCollection services) =>
        services.AddSingleton<Projection, PaymentProjection>().AddSingleton<IAcquirer, LocalAcquirer>();
}
