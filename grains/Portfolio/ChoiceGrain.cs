using Ale.Kernel;

namespace Ale.Portfolio;

[GrainType("choice")]
internal sealed class ChoiceGrain(SiloKernel kernel) : EventSourcedGrain<Choice, ChoiceEvent>(kernel), IChoiceGrain
{
    public Task<Outcome<ChoiceInfo>> Put(ChoiceTerms terms, string by, CancellationToken ct) =>
        Commit(State.Decide(terms, by, Key, Now), ct);

    public Task<Outcome<ChoiceInfo>> Score(ScoreCandidate command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Now), ct);

    public Task<Outcome<ChoiceInfo>> Take(TakeCandidates command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Now), ct);

    public Task<Outcome<ChoiceInfo>> Get(CancellationToken ct) => Commit<ChoiceInfo>(
        State.Terms is null ? ChoiceRefusals.Unknown : State.Info(Key), ct);
}
