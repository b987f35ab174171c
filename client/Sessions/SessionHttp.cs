using System.Collections.Immutable;
using System.Text.Json;
using Ale.Edge;

namespace Ale.Sessions;

/// <summary>What a session is to be; members that other parts of the plan know are ignored here.</summary>
internal sealed record SessionBody(
    string Title, SessionKind Kind, SessionTier Tier, string Market, Id HostId, Id OwnerId,
    DateTimeOffset StartsAt, DateTimeOffset EndsAt, bool Inducing, ImmutableArray<SkuCode> Skus) : IValidated
{
    public void Validate(Problems p)
    {
        p.Text("title", Title, min: 1);
        p.Id("market", Market);
        p.Order("startsAt", StartsAt, "endsAt", EndsAt);
        p.Count("skus", Skus, SessionTerms.SkusMax);
    }

    public SessionTerms Terms() => new(
        Title, Kind, Tier, Market, HostId, OwnerId, StartsAt, EndsAt, Inducing, SessionHttp.Shelf(Skus));
}

/// <summary>New terms of a planned session; what is absent stays as it is.</summary>
internal sealed record SessionPatch : IValidated
{
    public string? Title { get; init; }
    public SessionKind? Kind { get; init; }
    public SessionTier? Tier { get; init; }
    public string? Market { get; init; }
    public Id? HostId { get; init; }
    public Id? OwnerId { get; init; }
    public DateTimeOffset? StartsAt { get; init; }
    public DateTimeOffset? EndsAt { get; init; }
    public bool? Inducing { get; init; }
    public ImmutableArray<SkuCode>? Skus { get; init; }

    public void Validate(Problems p)
    {
        p.Text("title", Title, min: 1);
        p.Id("market", Market);
        p.Order("startsAt", StartsAt, "endsAt", EndsAt);
        if (Skus is { } skus) p.Count("skus", skus, SessionTerms.SkusMax);
    }

    public ChangeSession Command(long version, string key, string actor) => new(version, key, actor)
    {
        Title = Title,
        Kind = Kind,
        Tier = Tier,
        Market = Market,
        HostId = HostId?.Value,
        OwnerId = OwnerId?.Value,
        StartsAt = StartsAt,
        EndsAt = EndsAt,
        Inducing = Inducing,
        Skus = Skus is { } skus ? SessionHttp.Shelf(skus) : null,
    };
}

/// <summary>A session as it is now; <c>version</c> is what <c>If-Match</c> names.</summary>
internal sealed record SessionReply(
    string Id, string Title, SessionKind Kind, SessionTier Tier, string Market, string HostId, string OwnerId,
    DateTimeOffset StartsAt, DateTimeOffset EndsAt, bool Inducing, ImmutableArray<string> Skus, SessionState State,
    long Version, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt)
{
    public static SessionReply Of(SessionInfo s) => new(
        s.Id, s.Terms.Title, s.Terms.Kind, s.Terms.Tier, s.Terms.Market, s.Terms.HostId, s.Terms.OwnerId,
        s.Terms.StartsAt, s.Terms.EndsAt, s.Terms.Inducing, s.Terms.Skus, s.State, s.Version, s.StartedAt, s.EndedAt);
}

/// <summary>Sessions and their lifecycle (LIV-05).</summary>
internal static class SessionHttp
{
    private const string Tag = "Sessions";

    /// <summary>Who may take which step: a host starts and ends, a reviewer takes it off air and on again.</summary>
    private static readonly (SessionStep Step, string Name, string Summary, Permission[] May)[] Steps =
    [
        (SessionStep.Submit, "submit", "Submit for review", [Permission.SessionWrite]),
        (SessionStep.Ready, "ready", "Mark as ready", [Permission.SessionWrite]),
        (SessionStep.Start, "start", "Go live", [Permission.SessionRun]),
        (SessionStep.Suspend, "suspend", "Take off air for a while", [Permission.SessionWrite, Permission.SessionAct]),
        (SessionStep.Resume, "resume", "Go on air again", [Permission.SessionWrite, Permission.SessionAct]),
        (SessionStep.End, "end", "End", [Permission.SessionRun]),
        (SessionStep.Close, "close", "Close", [Permission.SessionWrite]),
    ];

    public static void MapSessions(this IEndpointRouteBuilder api)
    {
        var sessions = api.MapGroup("/sessions").WithTags(Tag);

        sessions.MapPut("/{id}", (Id id, SessionBody body, Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Session(id).Plan(body.Terms(), caller.Subject, ct), SessionReply.Of))
            .Allow(Permission.SessionWrite).WithName("PlanSession").WithSummary("Plan a session");

        sessions.MapPatch("/{id}", (Id id, SessionPatch body, ExpectedVersion version, CommandKey key, Caller caller,
                IGrainFactory grains, EdgeCall edge) =>
                edge.Run(
                    ct => grains.Session(id).Change(body.Command(version, key, caller.Subject), ct), SessionReply.Of))
            .Allow(Permission.SessionWrite).WithName("ChangeSession").WithSummary("Change a planned session");

        sessions.MapGet("/{id}", (Id id, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Session(id).Get(ct), SessionReply.Of))
            .Allow(Permission.SessionRead).WithName("GetSession").WithSummary("A session as it is now");

        sessions.MapGet("", (string? state, string? market, PageRequest page, IGrainFactory grains, EdgeCall edge) =>
            {
                var wanted = Wanted(state, market, page);
                return edge.Run(
                    ct => grains.SessionQueries().Sessions(wanted, page.At ?? default, ct),
                    found => Page<SessionReply>.Of([.. found.Select(SessionReply.Of)], page.Limit,
                        last => Cursor.Of(last.StartsAt.ToUnixTimeMilliseconds(), last.Id)));
            })
            .Allow(Permission.SessionRead).WithName("ListSessions")
            .WithSummary("Sessions, the latest planned start first; ?state= and ?market= narrow the list");

        sessions.MapGet("/{id}/history",
            (Id id, PageRequest page, Caller caller, IGrainFactory grains, EdgeCall edge) =>
            {
                var before = page.After?.Long(0);
                return edge.Run(
                    ct => History(id, before, page, caller, grains, ct),
                    found => Page<SessionHistoryEntry>.Of(found, page.Limit, last => Cursor.Of(last.Version)));
            })
            .Allow(Permission.SessionWrite, Permission.SessionRun, Permission.SessionAct).WithName("GetSessionHistory")
            .WithSummary("Who did what to a session, when, and under which key; the latest first");

        OfferHttp.Map(sessions);
        ForecastHttp.Map(sessions);
        foreach (var (step, name, summary, may) in Steps)
        {
            sessions.MapPost($"/{{id}}/{name}",
                (Id id, CommandKey key, Caller caller, IGrainFactory grains, EdgeCall edge) =>
                    edge.Run(ct => grains.Session(id).Move(
                        new(step, key, caller.Subject) { OfHost = HostOf(caller) }, ct), SessionReply.Of))
                .Allow(may).WithName($"{step}Session").WithSummary(summary);
        }
    }

    /// <summary>Each SKU once, in the order given.</summary>
    public static ImmutableArray<string> Shelf(ImmutableArray<SkuCode> skus) =>
        [.. skus.Select(sku => sku.Value).Distinct(StringComparer.Ordinal)];

    private static async Task<Outcome<ImmutableArray<SessionHistoryEntry>>> History(
        Id id, long? before, PageRequest page, Caller caller, IGrainFactory grains, CancellationToken ct)
    {
        var session = await grains.Session(id).Get(ct);
        if (session.Refusal is { } refusal) return refusal;
        if (HostOf(caller) is { } host && host != session.Value!.Terms.HostId) return SessionRefusals.NotYours;
        return await grains.SessionQueries().History(id, before, page.Limit + 1, page.At ?? default, ct);
    }

    /// <summary>Whose sessions the caller is limited to: a host's are his own, all others' are all.</summary>
    public static string? HostOf(Caller caller) =>
        caller.Roles.All(role => role == Roles.Host || !Access.Allows([role],
            [Permission.SessionWrite, Permission.SessionAct])) ? caller.Subject : null;

    private static SessionsWanted Wanted(string? state, string? market, PageRequest page)
    {
        var p = new Problems();
        p.Id("market", market);
        SessionState? wanted = null;
        if (state is not null)
        {
            wanted = Enum.GetValues<SessionState>().Cast<SessionState?>()
                .FirstOrDefault(s => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{s}") == state);
            p.Require(wanted is not null, "state", "Must be the name of a state.");
        }

        p.ThrowIfAny();
        return new(page.Limit + 1)
        {
            State = wanted,
            Market = market,
            BeforeStart = page.After is { } after ? Start(after.Long(0)) : null,
            BeforeId = page.After?.Text(1),
        };
    }

    private static DateTimeOffset Start(long ms)
    {
        // A cursor is the caller's to tamper with; this century's instants are all that a list gives out.
        var p = new Problems();
        p.Range("after", ms, 0, 4_102_444_800_000);
        p.ThrowIfAny();
        return DateTimeOffset.FromUnixTimeMilliseconds(ms);
    }
}
