using System.Collections.Immutable;
using Ale.Kernel;
using Ale.Policy;

namespace Ale.Reviews;

[GrainType("review")]
internal sealed class ReviewGrain(SiloKernel kernel, PolicyBook policies, ReviewEffects effects)
    : EventSourcedGrain<Review, ReviewEvent>(kernel), IReviewGrain
{
    public Task<Outcome<ReviewInfo>> Open(ReviewTerms terms, string by, CancellationToken ct) =>
        Commit(State.Decide(terms, by, effects.Knows, Key, policies.For(null, Now).Reviews, Now), ct);

    public Task<Outcome<ReviewInfo>> Get(ImmutableArray<string>? roles, CancellationToken ct) =>
        Commit<ReviewInfo>(State.IsSeen(roles) ? State.Info(Key) : ReviewRefusals.Unknown, ct);

    public Task<Outcome<ReviewInfo>> Decide(DecideReview command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Now), ct);

    public Task<Outcome<ReviewInfo>> Settle(string? refusal, CancellationToken ct) =>
        Commit(State.DecideSettle(refusal, Key, Now), ct);

    protected override Task OnDue() => Commit(State.DecideDue(Now));
}
