using System.Collections.Immutable;
using Ale.Kernel;
using Ale.Stock;

namespace Ale.Sessions;

[GrainType("session")]
internal sealed class SessionGrain(SiloKernel kernel) : EventSourcedGrain<Session, SessionEvent>(kernel), ISessionGrain
{
    public Task<Outcome<SessionInfo>> Plan(SessionTerms terms, string actor, CancellationToken ct) =>
        Commit(State.Decide(terms, actor, Key, Now), ct);

    public Task<Outcome<SessionInfo>> Get(CancellationToken ct) =>
        Commit<SessionInfo>(State.Terms is null ? SessionRefusals.Unknown : State.Info(Key), ct);

    public Task<Outcome<SessionInfo>> Change(ChangeSession command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Now), ct);

    public Task<Outcome<SessionInfo>> Move(MoveSession command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Now), ct);

    public async Task<Outcome<OfferView>> Offer(OfferInSession command, CancellationToken ct)
    {
        var isNew = !State.Offers.ContainsKey(command.Id);
        var (_, refusal) = await Commit(State.Decide(command, Now), ct);
        if (refusal is not null) return refusal;
        // From here on the id is the SKU's; asked again, the SKU knows the offer or takes it now.
        var offer = await GrainFactory.Sku(command.Sku).Offer(
            new($"{Key}/{command.Id}", command.Terms, command.Actor), CancellationToken.None);
        if (offer.Refusal is not { } why || why.Kind == RefusalKind.Busy) return offer;
        if (isNew && why.Code != OfferRefusals.Changed.Code && State.Offers.ContainsKey(command.Id))
        {
            await Commit(new Decision<SessionEvent, Done>(
                default(Done), new SessionEvent.OfferDropped(command.Id, State.State, command.Actor, Now)),
                CancellationToken.None);
        }

        return offer;
    }

    public async Task<Outcome<OfferView>> ChangeOffer(ChangeOffer command, string? ofHost, CancellationToken ct)
    {
        if (ofHost is not null && State.Terms is { } terms && ofHost != terms.HostId)
            return await Commit<OfferView>(SessionRefusals.NotYours, ct);
        var (sku, refusal) = await OfferSku(command.Id, ct);
        return refusal is not null ? refusal
            : await GrainFactory.Sku(sku!).ChangeOffer(command with { Id = $"{Key}/{command.Id}" }, ct);
    }

    public Task<Outcome<string>> OfferSku(string offer, CancellationToken ct) => Commit<string>(
        State.Terms is null ? SessionRefusals.Unknown
        : State.Offers.TryGetValue(offer, out var sku) ? sku : OfferRefusals.Unknown, ct);

    public async Task<Outcome<ImmutableArray<OfferView>>> Offers(CancellationToken ct)
    {
        if (State.Terms is null) return await Commit<ImmutableArray<OfferView>>(SessionRefusals.Unknown, ct);
        var asked = await Task.WhenAll(State.Offers.Values.Distinct(StringComparer.Ordinal)
            .Select(sku => GrainFactory.Sku(sku).Offers(ct)));
        return await Answer<ImmutableArray<OfferView>>([.. asked.SelectMany(a => a.Value?.Offers ?? [])
            .Where(o => o.Terms.SessionId == Key)
            .OrderBy(o => o.Terms.StartsAt).ThenBy(o => o.Id, StringComparer.Ordinal)], ct);
    }
}
