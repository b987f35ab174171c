using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Approvals;
using Ale.Kernel;

namespace Ale.Budgets;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Set), "reserve.set"), JsonDerivedType(typeof(Asked), "reserve.asked")]
[JsonDerivedType(typeof(Told), "reserve.told"), JsonDerivedType(typeof(Settled), "reserve.settled")]
internal abstract record ReserveEvent
{
    internal sealed record Set(long Version, long AmountMinor, string Currency, DateTimeOffset At) : ReserveEvent;

    /// <summary>Held until it is decided.</summary>
    /// <param name="Number">Of the pot's draws.</param>
    internal sealed record Asked(DrawReserve Draw, int Number, DateTimeOffset At) : ReserveEvent;

    /// <summary>Who decides knows of it.</summary>
    internal sealed record Told(string Id, DateTimeOffset At) : ReserveEvent;

    internal sealed record Settled(string Id, bool IsGranted, DateTimeOffset At) : ReserveEvent;
}

/// <summary>A draw as it is kept.</summary>
internal sealed record OneDraw(DrawReserve Draw, int Number, DrawState State, bool IsTold, DateTimeOffset At);

/// <summary>
/// One pot of a year. Invariants: what is held and drawn is never more than what was set aside when it was asked; each
/// draw is decided once; at most <see cref="IReserveGrain.DrawsMax"/> draws.
/// </summary>
internal sealed record Reserve : IState<Reserve, ReserveEvent>
{
    public static JsonTypeInfo<ReserveEvent> EventJson => ReserveJson.Default.ReserveEvent;

    public long Version { get; private init; }
    public long AmountMinor { get; private init; }
    public string? Currency { get; private init; }
    public ImmutableSortedDictionary<string, OneDraw> Draws { get; private init; } =
        ImmutableSortedDictionary.Create<string, OneDraw>(StringComparer.Ordinal);

    public long HeldMinor => Sum(DrawState.Waiting);
    public long DrawnMinor => Sum(DrawState.Granted);
    public long LeftMinor => Math.Max(0, AmountMinor - HeldMinor - DrawnMinor);

    public IEnumerable<OneDraw> Untold => Draws.Values.Where(d => d is { State: DrawState.Waiting, IsTold: false });

    public DateTimeOffset? DueAt => Untold.Select(d => (DateTimeOffset?)d.At).Min();

    public static Reserve New() => new();

    public Decision<ReserveEvent, ReserveInfo> Decide(SetReserve command, string key, DateTimeOffset now)
    {
        if (command.Version <= Version) return Info(key);
        if (command.IsTake)
        {
            if (Currency is null || command.AmountMinor >= AmountMinor) return Info(key); // it has no more than that
            if (command.AmountMinor < HeldMinor + DrawnMinor)
                return BudgetLineFault.Say(ReserveRefusals.Empty, "amountMinor",
                    $"Of {key} {HeldMinor + DrawnMinor} are drawn or held.");
        }

        var set = new ReserveEvent.Set(command.Version, command.AmountMinor, command.Currency, now);
        return new(Apply(set).Info(key), set);
    }

    /// <param name="isOpen">The incident that is named is open.</param>
    public Decision<ReserveEvent, DrawInfo> Decide(DrawReserve command, bool isOpen, string key, DateTimeOffset now)
    {
        if (Currency is null) return ReserveRefusals.Unknown;
        if (command.AmountMinor is < 1 or > Limits.AmountMinorMax
            || command.Reason.Length is 0 or > Limits.TextLengthMax
            || (command.Incident is { } i && (!Limits.IsId(i.Kind) || !Limits.IsId(i.Id))))
            return ReserveRefusals.BadTerms;
        if (Draws.GetValueOrDefault(command.Id) is { } known)
            return known.Draw == command ? DrawOf(command.Id, key) : ReserveRefusals.Changed;
        if (ReserveKeys.IncidentOf(PotOf(key)) is { } kind && command.Incident?.Kind != kind)
            return ReserveRefusals.WrongIncident.With("kind", kind);
        if (command.Incident is not null && !isOpen) return ReserveRefusals.NoIncident;
        if (command.AmountMinor > LeftMinor) return ReserveRefusals.Empty;
        if (Draws.Count >= IReserveGrain.DrawsMax) return ReserveRefusals.Full;
        var asked = new ReserveEvent.Asked(command, Draws.Count + 1, now);
        return new(Apply(asked).DrawOf(command.Id, key), asked);
    }

    public Decision<ReserveEvent, Done> DecideTold(string id, DateTimeOffset now) =>
        Draws.GetValueOrDefault(id) is { IsTold: false }
            ? new Decision<ReserveEvent, Done>(default(Done), new ReserveEvent.Told(id, now)) : default(Done);

    public Decision<ReserveEvent, Done> DecideSettled(string approval, ApprovalState state, string key,
        DateTimeOffset now)
    {
        var draw = Draws.Values.FirstOrDefault(d => ApprovalOf(key, d.Number) == approval);
        if (draw is not { State: DrawState.Waiting } || state == ApprovalState.Open) return default(Done);
        return new(default(Done),
            new ReserveEvent.Settled(draw.Draw.Id, state == ApprovalState.Approved, now));
    }

    public Reserve Apply(ReserveEvent happened) => happened switch
    {
        ReserveEvent.Set e => this with { Version = e.Version, AmountMinor = e.AmountMinor, Currency = e.Currency },
        ReserveEvent.Asked e => this with
        {
            Draws = Draws.Add(e.Draw.Id, new(e.Draw, e.Number, DrawState.Waiting, false, e.At)),
        },
        ReserveEvent.Told e => this with { Draws = Draws.SetItem(e.Id, Draws[e.Id] with { IsTold = true }) },
        ReserveEvent.Settled e => this with
        {
            Draws = Draws.SetItem(e.Id, Draws[e.Id] with
            {
                State = e.IsGranted ? DrawState.Granted : DrawState.Refused,
            }),
        },
        _ => throw new UnreachableException($"Unknown event {happened.GetType()}"), // stop; never skip
    };

    public ReserveInfo Info(string key) => new(key, AmountMinor, Currency ?? "", HeldMinor, DrawnMinor, LeftMinor,
        ReserveKeys.IncidentOf(PotOf(key)));

    public DrawInfo DrawOf(string id, string key)
    {
        var d = Draws[id];
        return new(id, d.State, d.Draw.AmountMinor, d.Draw.Reason, d.Draw.Incident, ApprovalOf(key, d.Number),
            Info(key));
    }

    public static string ApprovalOf(string key, int number) =>
        ApprovalIds.Of(ReserveKeys.Kind, key, number.ToString(CultureInfo.InvariantCulture));

    private static string PotOf(string key) => key[(key.IndexOf('-', StringComparison.Ordinal) + 1)..];

    private long Sum(DrawState state) => Draws.Values.Where(d => d.State == state).Sum(d => d.Draw.AmountMinor);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ReserveEvent))]
internal sealed partial class ReserveJson : JsonSerializerContext;
