using Ale.Kernel;
using Ale.Markets;
using Ale.Policy;
using Ale.Users;

namespace Ale.Audience;

[GrainType("cohort")]
internal sealed class CohortGrain(SiloKernel kernel, PolicyBook policies, MarketBook markets)
    : EventSourcedGrain<Cohort, CohortEvent>(kernel), ICohortGrain
{
    private CohortPolicy Policy => policies.For(null, Now).Cohorts;

    private Market Market => markets.For(null, Now);

    private DateOnly Today => Market.BusinessDay(Now);

    public Task<Outcome<CohortInfo>> Put(PutCohort command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Policy, Market, Now), ct);

    public Task<Outcome<CohortMember>> Add(UserId user, string by, CancellationToken ct) =>
        Commit(State.DecideAdd(user, by, Key, Today, Now), ct);

    public Task<Outcome<CohortInfo>> Remove(UserId user, string by, CancellationToken ct) =>
        Commit(State.DecideRemove(user, by, Key, Today, Now), ct);

    public Task<Outcome<CohortMember>> Say(SayInCohort command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Now), ct);

    public Task<Outcome<CohortInfo>> Get(CancellationToken ct) => Commit<CohortInfo>(
        State.Terms is null ? CohortRefusals.Unknown : State.Info(Key, Today), ct);

    protected override Task OnDue() => Commit(State.DecideEnd(Policy.Role, Now));
}
