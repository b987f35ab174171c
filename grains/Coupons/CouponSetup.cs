using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Coupons;

internal static class CouponSetup
{
    public static IServiceCollection AddCoupons(this IServiceCollection services) =>
        services
        .AddSingleton<Projection, CouponProjection>().AddTransient<JournalCheck, CouponCheck>()
        .AddTransient<JournalCheck>(s => new SnapshotCheck<Coupon, CouponEvent>(
            "coupon", Coupon.Snapshots, s.GetRequiredService<IJournalStore>()));
}
