using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Coupons;

internal static class CouponSetup
{
    public static IServiceCollection AddCoupons(this IServiceCollection services) =>
        services
        .AddSingleton<Projection, CouponProjection>().AddTransient<JournalCheck, CouponCheck>();
}
