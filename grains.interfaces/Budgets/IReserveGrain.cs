using Ale.Approvals;

namespace Ale.Budgets;

/// <summary>
/// Money set aside in a year (BUD-09, BUD-10), or a part of it that only one kind of incident opens (BUD-11). A draw is
/// held, decided, and then taken or given back, so that two never take one remainder.
/// </summary>
/// <remarks>
/// The key is year and pot, as <c>2026-emergency</c> or <c>2026-risk-legal</c>. The plan sets the amount when it comes
/// into force. It holds no personal data.
/// </remarks>
[Alias("ale.budget.reserve")]
public interface IReserveGrain : IDecides
{
    /// <summary>Most draws of a pot in a year.</summary>
    public const int DrawsMax = 1_000;

    /// <summary>What the plan sets aside, by the plan's version: an older one changes nothing.</summary>
    [Alias("set")] Task<Outcome<ReserveInfo>> Set(SetReserve command, CancellationToken ct = default);

    /// <summary>
    /// Asks to draw. The same again: the draw as it is now; other content: <see cref="ReserveRefusals.Changed"/>.
    /// </summary>
    [Alias("draw")] Task<Outcome<DrawInfo>> Draw(DrawReserve command, CancellationToken ct = default);

    /// <summary>The pot as it is now.</summary>
    [Alias("get")] Task<Outcome<ReserveInfo>> Get(CancellationToken ct = default);

    /// <summary>A draw as it is now.</summary>
    [Alias("drawn")] Task<Outcome<DrawInfo>> GetDraw(string id, CancellationToken ct = default);
}

/// <summary>What is set aside.</summary>
/// <param name="Version">Of the plan.</param>
[GenerateSerializer, Immutable, Alias("ale.budget.set_reserve")]
public sealed record SetReserve(
    [property: Id(0)] long Version, [property: Id(1)] long AmountMinor, [property: Id(2)] string Currency)
{
    /// <summary>True: money is taken away, which is refused with <see cref="ReserveRefusals.Empty"/> when it is drawn or
    /// held by then; a pot that has no more than that stays as it is.</summary>
    [Id(3)] public bool IsTake { get; init; }
}

/// <summary>A wish to draw.</summary>
/// <param name="AmountMinor">1 to <see cref="Limits.AmountMinorMax"/>.</param>
/// <param name="Reason">1 to <see cref="Limits.TextLengthMax"/> characters.</param>
/// <param name="Incident">What it is for; an earmarked pot opens for open incidents of its own kind alone.</param>
/// <param name="By">Whose token it was; he does not decide.</param>
[GenerateSerializer, Immutable, Alias("ale.budget.draw")]
public sealed record DrawReserve(
    [property: Id(0)] string Id, [property: Id(1)] long AmountMinor, [property: Id(2)] string Reason,
    [property: Id(3)] IncidentRef? Incident, [property: Id(4)] string By);

/// <summary>An incident.</summary>
/// <param name="Kind">As <c>law</c>, <c>price_war</c> or <c>host_crisis</c>.</param>
/// <param name="Id">Its id; it stands open in the register <c>incident_…</c> of its kind.</param>
[GenerateSerializer, Immutable, Alias("ale.budget.incident")]
public sealed record IncidentRef([property: Id(0)] string Kind, [property: Id(1)] string Id);

/// <summary>Where a draw stands.</summary>
public enum DrawState
{
    /// <summary>Held, and waits for its decision.</summary>
    Waiting,

    /// <summary>Taken.</summary>
    Granted,

    /// <summary>Given back.</summary>
    Refused,
}

/// <summary>A pot as it is now.</summary>
/// <param name="LeftMinor">Neither drawn nor held; never below 0.</param>
/// <param name="IncidentKind">The kind that opens it; null: any reason does.</param>
[GenerateSerializer, Immutable, Alias("ale.budget.reserve_info")]
public sealed record ReserveInfo(
    [property: Id(0)] string Key, [property: Id(1)] long AmountMinor, [property: Id(2)] string Currency,
    [property: Id(3)] long HeldMinor, [property: Id(4)] long DrawnMinor, [property: Id(5)] long LeftMinor,
    [property: Id(6)] string? IncidentKind);

/// <summary>A draw as it is now.</summary>
[GenerateSerializer, Immutable, Alias("ale.budget.draw_info")]
public sealed record DrawInfo(
    [property: Id(0)] string Id, [property: Id(1)] DrawState State, [property: Id(2)] long AmountMinor,
    [property: Id(3)] string Reason, [property: Id(4)] IncidentRef? Incident, [property: Id(5)] string ApprovalId,
    [property: Id(6)] ReserveInfo Reserve);

/// <summary>In order of precedence: when several apply, the first is the answer.</summary>
public static class ReserveRefusals
{
    /// <summary>No such pot: no plan that sets it aside is in force.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "reserve.unknown");

    /// <summary>No such draw.</summary>
    public static readonly Refusal UnknownDraw = new(RefusalKind.NotFound, "reserve.unknown_draw");

    /// <summary>Terms out of range.</summary>
    public static readonly Refusal BadTerms = new(RefusalKind.Invalid, "reserve.bad_terms");

    /// <summary>The id was used with other content.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "reserve.changed");

    /// <summary>The pot opens for an incident of its kind alone, and none is named (BUD-11).</summary>
    public static readonly Refusal WrongIncident = new(RefusalKind.Conflict, "reserve.wrong_incident");

    /// <summary>The incident is not open.</summary>
    public static readonly Refusal NoIncident = new(RefusalKind.Conflict, "reserve.no_incident");

    /// <summary>There is not so much left.</summary>
    public static readonly Refusal Empty = new(RefusalKind.Conflict, "reserve.empty");

    /// <summary>The pot has as many draws as it may.</summary>
    public static readonly Refusal Full = new(RefusalKind.Conflict, "reserve.full");
}

/// <summary>Keys of reserves.</summary>
public static class ReserveKeys
{
    /// <summary>The kind of the approvals.</summary>
    public const string Kind = "reserve";

    /// <summary>The pot for what nobody expects.</summary>
    public const string Emergency = "emergency";

    /// <summary>The register of open incidents of a kind; the subject is the incident's id.</summary>
    public static string RegisterOf(string incidentKind) => $"incident_{incidentKind}";

    /// <summary>The kind of incident that opens a pot; null: any reason does (BUD-11).</summary>
    public static string? IncidentOf(string pot) => pot switch
    {
        "risk-legal" => "law",
        "risk-promo" => "price_war",
        "risk-pr" => "host_crisis",
        _ => null,
    };

    /// <summary>The grain of a pot.</summary>
    public static IReserveGrain Reserve(this IGrainFactory grains, string key) => grains.Ref<IReserveGrain>(key);
}
