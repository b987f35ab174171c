using Ale.Kernel;
using Ale.Policy;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Orleans;
using Orleans.TestingHost;
using Xunit;

namespace Ale.Approvals;

/// <summary>A deadline in a real silo whose clock the test moves (TEC-16).</summary>
[Trait("needs", "server")]
public sealed class ApprovalClockTests : IAsyncLifetime
{
    private const string Id = "budget:2026-06-marketing:1";
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 6, 18, 12, 0, 0, TimeSpan.Zero));
    private KernelStores _stores = null!;
    private InProcessTestCluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        _stores = await KernelStores.Sqlite();
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton(_stores.Journal);
            silo.Services.AddSingleton(_stores.Views);
            silo.Services.AddSingleton(KernelStores.Key);
            silo.Services.AddSingleton(new JournalClock(_time));
            silo.Services.AddKernel(new(), readers: false);
            silo.Services.AddSingleton(PolicyBook.Load(Repository.At("deploy", "policy")));
            silo.Services.AddLogging(l => l.SetMinimumLevel(LogLevel.None));
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _stores.DisposeAsync();
    }

    [Fact]
    public async Task TEC_16_Half_an_hour_of_the_clock_passes_without_waiting_for_it()
    {
        var approval = _cluster.Client.Approval(Id);
        var asked = await approval.Ask(new("Over", "budget/2026-06-marketing", [], "f1", "approver", 1)
        {
            ExpiresAt = _time.GetUtcNow().AddMinutes(30),
        });
        Assert.Equal(ApprovalState.Open, asked.Value!.State);

        _time.Advance(TimeSpan.FromMinutes(30) - TimeSpan.FromTicks(1));
        await approval.Cast<IWakeable>().Wake();
        var last = (await approval.Get()).Value!;
        Assert.Equal((ApprovalState.Open, "executive"), (last.State, last.EscalatedTo)); // it went up half-way

        _time.Advance(TimeSpan.FromTicks(1));
        await approval.Cast<IWakeable>().Wake();
        Assert.Equal(ApprovalState.Expired, (await approval.Get()).Value!.State);
        Assert.Equal("approval.expired", (await approval.Decide(
            new(Id, ApprovalDecision.Approve, "k", "a1", ["approver"], "fine"))).Refusal?.Code);
    }
}
