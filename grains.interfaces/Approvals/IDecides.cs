using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Ale.Approvals;

/// <summary>
/// A grain for which people decide: the budget line, the refund, the purchase order. Its slice registers a
/// <see cref="Decider"/> for its kind. It asks by <see cref="IApprovalGrain.Ask"/>, with ids of its kind and key.
/// </summary>
[Alias("ale.approval.decides")]
public interface IDecides : IGrainWithStringKey
{
    /// <summary>
    /// A person's decision, sent by the edge. The grain hands it to <see cref="IApprovalGrain.Decide"/>, which knows
    /// who may; does what follows of what came of it, as in <see cref="Settle"/>; and replies then.
    /// </summary>
    [Alias("decide")] Task<Outcome<ApprovalInfo>> Decide(DecideApproval command, CancellationToken ct = default);

    /// <summary>
    /// The approval is closed, however that came. Told at least once, after <see cref="Decide"/> as well: what was done
    /// then is not done again. A refusal that is no fault is swallowed here; one that is answered parks.
    /// </summary>
    [Alias("settle")] Task<Outcome<Done>> Settle(ApprovalInfo approval, CancellationToken ct = default);
}

/// <summary>What every <see cref="IDecides.Decide"/> does.</summary>
public static class Deciding
{
    /// <summary>
    /// Hands the decision to the approval and, when that closes it, settles before it replies; a settlement that is
    /// refused is the answer. What a crash leaves unsettled here, the slice's reaction settles.
    /// </summary>
    public static async Task<Outcome<ApprovalInfo>> DecideAndSettle(
        this IGrainFactory grains, DecideApproval command,
        Func<ApprovalInfo, CancellationToken, Task<Outcome<Done>>> settle, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(settle);
        var decided = await grains.Approval(command.Id).Decide(command, ct);
        if (decided.Value is not { } approval || approval.State == ApprovalState.Open) return decided;
        var settled = await settle(approval, ct);
        return settled.Refusal is { } refusal
            ? refusal : decided with { At = JournalPlace.Max(decided.At, settled.At) };
    }
}

/// <summary>Which grain decides for a kind of approval.</summary>
/// <param name="Kind">The kind, as <c>budget</c>.</param>
/// <param name="Of">The grain of a key, as the slice writes it into the id (<see cref="ApprovalIds"/>).</param>
public sealed record Decider(string Kind, Func<IGrainFactory, string, IDecides> Of);

/// <summary>The kinds of approvals for which grains decide: every <see cref="Decider"/> of the silo.</summary>
public sealed class Deciders(IEnumerable<Decider> all)
{
    private readonly ImmutableDictionary<string, Decider> _all =
        all.ToImmutableDictionary(decider => decider.Kind, StringComparer.Ordinal);

    /// <summary>The grain that decides an approval; null: the approval decides itself.</summary>
    public IDecides? Of(IGrainFactory grains, string id) =>
        ApprovalIds.TryParse(id, out var kind, out var key) && _all.TryGetValue(kind, out var decider)
            ? decider.Of(grains, key) : null;

    /// <summary>Asks for somebody; of a kind for which a grain decides only that grain asks.</summary>
    public Task<Outcome<ApprovalInfo>> Ask(
        IGrainFactory grains, string id, AskApproval question, CancellationToken ct) =>
        Of(grains, id) is null
            ? grains.Approval(id).Ask(question, ct)
            : Task.FromResult<Outcome<ApprovalInfo>>(ApprovalRefusals.Reserved);

    /// <summary>Hands a person's decision to who takes it.</summary>
    public Task<Outcome<ApprovalInfo>> Decide(IGrainFactory grains, DecideApproval command, CancellationToken ct) =>
        Of(grains, command.Id) is { } decider
            ? decider.Decide(command, ct) : grains.Approval(command.Id).Decide(command, ct);
}

/// <summary>The form of approval ids: <c>kind:key:number</c>, an id as a whole.</summary>
public static class ApprovalIds
{
    /// <summary>
    /// The id of a grain's question. A slash in the key is for its slice to write otherwise, and to read again in its
    /// <see cref="Decider"/>.
    /// </summary>
    /// <param name="number">Tells the grain's questions apart: a count, a month; without a colon.</param>
    public static string Of(string kind, string key, string number)
    {
        var id = $"{kind}:{key}:{number}";
        return TryParse(id, out var k, out var rest) && (k, rest) == (kind, key)
            ? id : throw new ArgumentException($"{id} is not the id of an approval.", nameof(key));
    }

    /// <summary>Kind and key of an id; false when it has not the form.</summary>
    public static bool TryParse(
        string? id, [NotNullWhen(true)] out string? kind, [NotNullWhen(true)] out string? key)
    {
        (kind, key) = (null, null);
        if (!Limits.IsId(id)) return false;
        var (first, last) = (id!.IndexOf(':', StringComparison.Ordinal), id.LastIndexOf(':'));
        if (first < 1 || last <= first + 1 || last == id.Length - 1) return false;
        (kind, key) = (id[..first], id[(first + 1)..last]);
        return true;
    }

    /// <summary>The number of an id whose slice counts its questions.</summary>
    public static int CountOf(string id) =>
        int.Parse(id.AsSpan(id.LastIndexOf(':') + 1), NumberStyles.None, CultureInfo.InvariantCulture);
}
