using Ale.Kernel;
using Xunit;

namespace Ale.Approvals;

/// <summary>A deadline in a real silo whose clock the test moves (TEC-16).</summary>
[Trait("needs", "server")]
public sealed class ApprovalClockTests
{
    private const string Id = "budget:2026-06-marketing:1";

    [Fact]
    public async Task TEC_16_Half_an_hour_of_the_clock_passes_without_waiting_for_it()
    {
        await using var silo = await ClockedSilo.Start(
            new(2026, 6, 18, 12, 0, 0, TimeSpan.Zero), isTimed: true);
        var approval = silo.Grains.Approval(Id);
        var asked = await approval.Ask(new("Over", "budget/2026-06-marketing", [], "f1", "approver", 1)
        {
            ExpiresAt = silo.Time.GetUtcNow().AddMinutes(30),
        });
        Assert.Equal(ApprovalState.Open, asked.Value!.State);

        var ask = async () => (await approval.Get()).Value!;
        silo.Time.Advance(TimeSpan.FromMinutes(30) - TimeSpan.FromMilliseconds(1));
        var last = await ask.Until(a => a.EscalatedTo is not null, 30);
        Assert.Equal((ApprovalState.Open, "executive"), (last.State, last.EscalatedTo)); // it went up half-way

        silo.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(ApprovalState.Expired, (await ask.Until(a => a.State != ApprovalState.Open, 30)).State);
        Assert.Equal("approval.expired", (await approval.Decide(
            new(Id, ApprovalDecision.Approve, "k", "a1", ["approver"], "fine"))).Refusal?.Code);
    }
}
