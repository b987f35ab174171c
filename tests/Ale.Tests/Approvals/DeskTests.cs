using Ale.Inbox;
using Ale.Kernel;
using Ale.Policy;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Ale.Approvals;

/// <summary>A deciding grain and its approvals, with the slices' reactions running.</summary>
[Trait("needs", "server")]
public sealed class DeskTests : IAsyncLifetime
{
    private KernelCluster _cluster = null!;

    private IGrainFactory Grains => _cluster.Cluster.Client;
    private DeskWatch Watch => _cluster.Service<DeskWatch>();

    public async ValueTask InitializeAsync()
    {
        var policies = PolicyBook.Load(Repository.At("deploy", "policy"));
        var watch = new DeskWatch();
        _cluster = await KernelCluster.Start(2, null, services => services
            .AddSingleton(policies).AddSingleton(watch).AddInbox().AddApprovals()
            .AddSingleton(new Decider("desk", (grains, key) => grains.GetGrain<IDeskGrain>(key))));
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private static DecideApproval By(string id, string person, string key = "k1") =>
        new(id, ApprovalDecision.Approve, key, person, ["approver"], "fine");

    private Task<Outcome<ApprovalInfo>> Decide(DecideApproval command) =>
        _cluster.Service<Deciders>().Decide(Grains, command, default);

    private async Task<string[]> Paid(string desk) => [.. (await Grains.GetGrain<IDeskGrain>(desk).Paid()).Value];

    [Fact]
    public async Task A_decision_goes_to_the_grain_that_decides_and_has_taken_effect_when_it_replies()
    {
        var asked = await Grains.GetGrain<IDeskGrain>("d1").Ask("1", "f1", null);
        Assert.Equal("desk:d1:1", asked.Value!.Id);
        Assert.Equal("approval.own", (await Decide(By("desk:d1:1", "f1"))).Refusal?.Code);
        Assert.Empty(await Paid("d1"));
        var decided = await Decide(By("desk:d1:1", "a1"));
        Assert.Equal(ApprovalState.Approved, decided.Value!.State);
        Assert.Equal(["desk:d1:1 Approved"], await Paid("d1"));
        Assert.Equal(ApprovalState.Approved, (await Decide(By("desk:d1:1", "a1"))).Value!.State); // a repeat
        var item = Grains.InboxItem(ApprovalReactions.ItemOf("desk:d1:1"));
        await new Func<Task<Outcome<InboxItemInfo>>>(() => item.Get())
            .Until(o => o.Value?.State == InboxState.Done, 30);
        Assert.Equal(("approved", "approver"),
            ((await item.Get()).Value!.Reason, (await item.Get()).Value!.Terms.Role));
        Assert.Equal(["desk:d1:1 Approved"], await Paid("d1")); // the reaction told it again
    }

    [Fact]
    public async Task Only_the_grain_that_decides_asks_for_its_kind()
    {
        var (deciders, question) = (_cluster.Service<Deciders>(), new AskApproval("t", "s", [], "f1", "approver", 1));
        Assert.Equal("approval.reserved", (await deciders.Ask(Grains, "desk:d4:1", question, default)).Refusal?.Code);
        Assert.Equal("approval.unknown", (await Grains.Approval("desk:d4:1").Get()).Refusal?.Code);
        Assert.Equal("other:d4:1", (await deciders.Ask(Grains, "other:d4:1", question, default)).Value!.Id);
    }

    [Fact]
    public async Task What_a_crash_leaves_unsettled_the_reaction_settles_once()
    {
        await Grains.GetGrain<IDeskGrain>("d2").Ask("1", "f1", null);
        Watch.Lost["d2"] = true;
        Assert.Equal(ApprovalState.Approved, (await Decide(By("desk:d2:1", "a1"))).Value!.State);
        var paid = await new Func<Task<string[]>>(() => Paid("d2")).Until(p => p.Length > 0, 30);
        Assert.Equal(["desk:d2:1 Approved"], paid);
    }

    [Fact]
    public async Task One_that_nobody_decides_expires_by_itself_and_the_grain_that_asked_hears_of_it()
    {
        var soon = TimeProvider.System.GetUtcNow().AddSeconds(1);
        await Grains.GetGrain<IDeskGrain>("d3").Ask("1", "f1", soon);
        var paid = await new Func<Task<string[]>>(() => Paid("d3")).Until(p => p.Length > 0, 30);
        Assert.Equal(["desk:d3:1 Expired"], paid);
        Assert.Equal("approval.expired", (await Decide(By("desk:d3:1", "a1"))).Refusal?.Code);
    }

    [Fact]
    public async Task Where_no_grain_decides_the_approval_decides_itself_and_two_who_come_together_are_counted_once()
    {
        var approval = Grains.Approval("fund:training:1");
        Assert.Null(_cluster.Service<Deciders>().Of(Grains, "fund:training:1"));
        await approval.Ask(new("Course", "fund/training", [], "f1", "approver", 2));
        var votes = await Task.WhenAll(Enumerable.Range(0, 6)
            .Select(i => Decide(By("fund:training:1", $"a{i % 3}", $"k{i}"))));
        Assert.Equal(2, votes.Count(v => v.Refusal is null));
        Assert.All(votes.Where(v => v.Refusal is not null),
            v => Assert.True(v.Refusal!.Code is "approval.twice" or "approval.decided", v.Refusal.Code));
        Assert.Equal(ApprovalState.Approved, (await approval.Get()).Value!.State);
    }
}
