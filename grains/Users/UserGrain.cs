using Ale.Inbox;
using Ale.Kernel;
using Ale.Markets;
using Ale.Policy;

namespace Ale.Users;

[GrainType("user")]
internal sealed class UserGrain(SiloKernel kernel, PolicyBook policies, MarketBook markets)
    : EventSourcedGrain<User, UserEvent>(kernel), IUserGrain
{
    protected override SnapshotCodec<User> Snapshots => User.Snapshots;

    public Task<Outcome<UserView>> Register(string? market, CancellationToken ct) =>
        market is not null && !policies.Knows(market)
            ? Commit<UserView>(UserRefusals.UnknownMarket.With("market", market), ct)
            : Commit(State.Decide(market, policies.For(market, Now), new UserId(Key), Version, Now), ct);

    public Task<Outcome<UserView>> Change(ChangeUser command, CancellationToken ct) =>
        command.Market is { } market && !policies.Knows(market)
            ? Commit<UserView>(UserRefusals.UnknownMarket.With("market", market), ct)
            : Commit(State.Decide(
                command, policies.For(command.Market ?? State.Market, Now), new UserId(Key), Version, Now), ct);

    public Task<Outcome<UserView>> Get(CancellationToken ct) =>
        Commit<UserView>(State.Market is null ? UserRefusals.Unknown : State.View(new UserId(Key), Version, Now), ct);

    public Task<Outcome<PointsEarned>> Earn(EarnPoints command, CancellationToken ct)
    {
        if (!policies.Knows(command.Market))
            return Commit<PointsEarned>(UserRefusals.UnknownMarket.With("market", command.Market), ct);
        var now = Now;
        var sale = policies.For(command.Market, now);
        return Commit(State.Decide(command, sale, policies.For(State.Market ?? command.Market, now), now), ct);
    }

    public Task<Outcome<PointsReversed>> Reverse(ReversePoints command, CancellationToken ct) =>
        Commit(State.Decide(command, Now), ct);

    protected override async Task OnDue()
    {
        if (State.Market is not { } market) return;
        await Commit(State.DecideDue(policies.For(market, Now), Now));
        if (State.Untold is not { } review) return;
        var day = markets.For(market, review.At).BusinessDay(review.At);
        for (var n = 1; ; n++)
        {
            // Whoever was done with the day's notice hears of those after it by another.
            var (id, terms) = User.ItemOf(market, day, review, n);
            if ((await GrainFactory.InboxItem(id).Get()).Value is { State: InboxState.Done }) continue;
            if (await GrainFactory.OpenItem(id, terms, "users") is { } refusal)
                throw new OutcomeUnknownException($"{Key}: {refusal.Code}");
            break;
        }

        await Commit(State.DecideTold(review, Now));
    }
}
