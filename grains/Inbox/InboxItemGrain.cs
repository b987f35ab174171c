using System.Collections.Immutable;
using Ale.Kernel;

namespace Ale.Inbox;

[GrainType("inbox")]
internal sealed class InboxItemGrain(SiloKernel kernel)
    : EventSourcedGrain<InboxItem, InboxEvent>(kernel), IInboxItemGrain
{
    public Task<Outcome<InboxItemInfo>> Open(InboxTerms terms, string by, CancellationToken ct) =>
        Commit(State.Decide(terms, by, Key, Now), ct);

    public Task<Outcome<InboxItemInfo>> Retell(InboxTerms terms, string by, CancellationToken ct) =>
        Commit(State.DecideRetell(terms, by, Key, Now), ct);

    public Task<Outcome<InboxItemInfo>> Get(ImmutableArray<string>? roles, CancellationToken ct) =>
        Commit<InboxItemInfo>(State.IsSeen(roles) ? State.Info(Key) : InboxRefusals.Unknown, ct);

    public Task<Outcome<InboxItemInfo>> Finish(FinishItem command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Now), ct);

    public Task<Outcome<InboxItemInfo>> Close(string by, string why, CancellationToken ct) =>
        Commit(State.DecideClose(by, why, Key, Now), ct);
}
