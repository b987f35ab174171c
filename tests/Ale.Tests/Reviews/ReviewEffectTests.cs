using System.Globalization;
using Ale.Approvals;
using Ale.Inbox;
using Ale.Kernel;
using Ale.Policy;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Ale.Reviews;

/// <summary>What acceptance sets off, with the slices' reactions running.</summary>
[Trait("needs", "server")]
public sealed class ReviewEffectTests : IAsyncLifetime
{
    private readonly DeskWatch _watch = new();
    private KernelCluster _cluster = null!;

    private IGrainFactory Grains => _cluster.Cluster.Client;

    public async ValueTask InitializeAsync()
    {
        var policies = PolicyBook.Load(Repository.At("deploy", "policy"));
        _cluster = await KernelCluster.Start(2, null, services => services
            .AddSingleton(policies).AddSingleton(_watch).AddInbox().AddReviews()
            .AddSingleton(new EffectRunner("desk.move", Move)));
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private async Task<Refusal?> Move(ReviewInfo review, IGrainFactory grains)
    {
        _watch.Runs.Enqueue(review.Id);
        var amount = long.Parse(review.Terms.Effect!.Argument, CultureInfo.InvariantCulture);
        var refusal = (await grains.GetGrain<IDeskGrain>(review.Terms.Subject).Move(review.Id, amount)).Refusal;
        return _watch.LostOnce.TryRemove(review.Id, out _) ? throw new TimeoutException("lost") : refusal;
    }

    private async Task<IReviewGrain> Accepted(string id, string argument)
    {
        var review = Grains.Review(id);
        var terms = new ReviewTerms("desk", "Move", "m-" + id, "found", "move it", "finance")
        {
            Effect = new("desk.move", argument),
        };
        Assert.Null((await review.Open(terms, "desks")).Refusal);
        var accepted = await review.Decide(new(true, "k1", "f1", ["finance"], "agreed"));
        Assert.Equal(ReviewState.Accepted, accepted.Value!.State);
        return review;
    }

    private static Task<Outcome<ReviewInfo>> Settled(IReviewGrain review) =>
        new Func<Task<Outcome<ReviewInfo>>>(() => review.Get())
            .Until(r => r.Value!.EffectState != ReviewEffectState.Pending, 30);

    private async Task<InboxItemInfo> Item(string kind, string id, InboxState state)
    {
        var item = Grains.InboxItem(CauseIds.Of(kind, id));
        var found = await new Func<Task<Outcome<InboxItemInfo>>>(() => item.Get())
            .Until(i => i.Value?.State == state, 30);
        Assert.Equal(state, found.Value!.State);
        return found.Value;
    }

    [Fact]
    public async Task DAT_03_what_is_accepted_is_done_once_though_its_first_run_was_lost()
    {
        _watch.LostOnce["r1"] = true;
        var review = await Accepted("r1", "8000");
        Assert.Equal(ReviewEffectState.Done, (await Settled(review)).Value!.EffectState);
        Assert.Equal(2, _watch.Runs.Count(id => id == "r1"));
        Assert.Equal(["r1 moved 8000"], (await Grains.GetGrain<IDeskGrain>("m-r1").Paid()).Value);
        Assert.Equal("accepted", (await Item("review", "r1", InboxState.Done)).Reason);
    }

    [Fact]
    public async Task What_a_rule_refuses_is_failed_and_comes_back_to_the_inbox()
    {
        var review = await Accepted("r2", "-1");
        var settled = (await Settled(review)).Value!;
        Assert.Equal((ReviewEffectState.Failed, "test.negative"), (settled.EffectState, settled.EffectRefusal));
        var item = await Item("review_failed", "r2", InboxState.Open);
        Assert.Equal((InboxSeverity.Alarm, "finance"), (item.Terms.Severity, item.Terms.Role));
    }

    [Fact]
    public async Task One_that_is_refused_or_expires_does_nothing_and_leaves_the_inbox()
    {
        var soon = TimeProvider.System.GetUtcNow().AddSeconds(1);
        var terms = new ReviewTerms("desk", "Move", "m-r3", "found", "move it", "finance")
        {
            Effect = new("desk.move", "1"),
        };
        await Grains.Review("r3").Open(terms with { ExpiresAt = soon }, "desks");
        await Grains.Review("r4").Open(terms, "desks");
        await Grains.Review("r4").Decide(new(false, "k1", "f1", ["finance"], "no"));
        Assert.Equal("refused", (await Item("review", "r4", InboxState.Done)).Reason);
        Assert.Equal("expired", (await Item("review", "r3", InboxState.Done)).Reason);
        Assert.Equal(ReviewState.Expired, (await Grains.Review("r3").Get()).Value!.State);
        Assert.DoesNotContain(_watch.Runs, id => id is "r3" or "r4");
        Assert.Equal("review.unknown_effect",
            (await Grains.Review("r5").Open(terms with { Effect = new("none", "") }, "desks")).Refusal?.Code);
    }
}
