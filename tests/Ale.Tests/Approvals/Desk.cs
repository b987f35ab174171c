using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Kernel;

namespace Ale.Approvals;

/// <summary>A grain for which people decide, as slices to the right have them: it pays out what is approved.</summary>
[Alias("ale.tests.desk")]
internal interface IDeskGrain : IDecides
{
    [Alias("ask")] Task<Outcome<ApprovalInfo>> Ask(string number, string by, DateTimeOffset? expiresAt);

    /// <summary>Each number that was settled, with how: paid once whatever is repeated.</summary>
    [Alias("paid")] Task<Outcome<ImmutableArray<string>>> Paid();

    /// <summary>The command of an effect; a negative amount is refused by the desk's own rule.</summary>
    [Alias("move")] Task<Outcome<Done>> Move(string id, long amount);
}

[JsonDerivedType(typeof(Settled), "desk.settled")]
internal abstract record DeskEvent
{
    internal sealed record Settled(string Id, string How) : DeskEvent;
}

internal sealed record Desk : IState<Desk, DeskEvent>
{
    public static JsonTypeInfo<DeskEvent> EventJson => DeskJson.Default.DeskEvent;

    public ImmutableArray<string> All { get; private init; } = [];

    public static Desk New() => new();

    public Desk Apply(DeskEvent happened) =>
        happened is DeskEvent.Settled e ? this with { All = All.Add($"{e.Id} {e.How}") } : this;

    public Decision<DeskEvent, Done> Settle(string id, string how) =>
        All.Contains($"{id} {how}") ? default(Done)
        : new Decision<DeskEvent, Done>(default(Done), new DeskEvent.Settled(id, how));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DeskEvent))]
internal sealed partial class DeskJson : JsonSerializerContext;

/// <summary>What the test sees, and how it makes a desk fail.</summary>
internal sealed class DeskWatch
{
    /// <summary>Desks that do not settle before they reply, as if the silo had been lost then.</summary>
    public ConcurrentDictionary<string, bool> Lost { get; } = new();

    /// <summary>Runs of effects, by review.</summary>
    public ConcurrentQueue<string> Runs { get; } = new();

    /// <summary>Reviews whose first run ends after the command, as if the silo had been lost then.</summary>
    public ConcurrentDictionary<string, bool> LostOnce { get; } = new();
}

[GrainType("desk")]
internal sealed class DeskGrain(SiloKernel kernel, DeskWatch watch)
    : EventSourcedGrain<Desk, DeskEvent>(kernel), IDeskGrain
{
    public Task<Outcome<ApprovalInfo>> Ask(string number, string by, DateTimeOffset? expiresAt)
    {
        var id = ApprovalIds.Of("desk", Key, number);
        return GrainFactory.Approval(id).Ask(
            new("Pay", $"desk/{Key}", [new("cash", 500, null)], by, "approver", 1) { ExpiresAt = expiresAt });
    }

    public Task<Outcome<ApprovalInfo>> Decide(DecideApproval command, CancellationToken ct) =>
        watch.Lost.ContainsKey(Key)
            ? GrainFactory.Approval(command.Id).Decide(command, ct)
            : GrainFactory.DecideAndSettle(command, Settle, ct);

    public Task<Outcome<Done>> Settle(ApprovalInfo approval, CancellationToken ct) =>
        Commit(State.Settle(approval.Id, $"{approval.State}"), ct);

    public Task<Outcome<ImmutableArray<string>>> Paid() => Answer(State.All);

    public Task<Outcome<Done>> Move(string id, long amount) => amount < 0
        ? Commit<Done>(new Refusal(RefusalKind.Conflict, "test.negative"))
        : Commit(State.Settle(id, $"moved {amount}"));
}
