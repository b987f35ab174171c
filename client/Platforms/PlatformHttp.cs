using System.Collections.Immutable;
using Ale.Edge;
using Ale.Users;

namespace Ale.Platforms;

/// <summary>Platforms that people watch us on, what they tell, and how they stand (TEC-10, DAT-07).</summary>
internal static class PlatformHttp
{
    public static void MapPlatforms(this IEndpointRouteBuilder api)
    {
        var platforms = api.MapGroup("/platforms").WithTags("Platforms");

        platforms.MapPut("/{id}", (Id id, PlatformBody body, Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Platform(id).Connect(new(body.Terms, caller.Subject), ct), PlatformReply.Of))
            .Allow(Permission.PlatformWrite).WithName("putPlatform")
            .WithSummary("Connects a platform; where it has an endpoint it is asked for events from then on");

        platforms.MapPatch("/{id}", (Id id, PlatformPatch body, ExpectedVersion version, CommandKey key,
                Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Platform(id).Change(
                    new(version, key, caller.Subject, body.Title, body.Endpoint, body.MinuteMax), ct),
                    PlatformReply.Of))
            .Allow(Permission.PlatformWrite).WithName("changePlatform")
            .WithSummary("Changes title, endpoint or the requests that it grants a minute");

        platforms.MapGet("/{id}", (Id id, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Platform(id).Get(ct), PlatformReply.Of))
            .Allow(Permission.PlatformRead).WithName("getPlatform")
            .WithSummary("How a platform and we stand: what is taken, its lag, and whether it may be asked");

        platforms.MapGet("", (PageRequest page, IGrainFactory grains, EdgeCall edge) =>
            {
                var after = page.After?.Text(0);
                return edge.Run(
                    ct => grains.PlatformQueries().Platforms(after, page.Limit + 1, page.At ?? default, ct),
                    found => Page<PlatformRow>.Of(found, page.Limit, row => Cursor.Of(row.Id)));
            })
            .Allow(Permission.PlatformRead).WithName("listPlatforms").WithSummary("Platforms in order of their id");

        platforms.MapPost("/{id}/events", (Id id, PlatformEventsBody body, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(async ct =>
                    await grains.Platform(id).Take(await grains.Identified(id, body.Told, ct), ct)))
            .Allow(Permission.PlatformTell).WithName("tellPlatformEvents")
            .WithSummary("Events as a platform tells them, each taken once by its id, in any order; "
                + "people in them are kept under an internal id, and erased with it");

        platforms.MapGet("/{id}/events", (Id id, Id? kind, Id? sessionId, PageRequest page, UserMap users,
                IGrainFactory grains, EdgeCall edge) =>
            {
                var wanted = new PlatformEventsWanted(id, page.Limit + 1)
                {
                    Kind = kind?.Value,
                    SessionId = sessionId?.Value,
                    Before = page.After?.Instant(0),
                    BeforeId = page.After?.Text(1),
                };
                return edge.Run(
                    ct => grains.PlatformQueries().Events(wanted, page.At ?? default, ct),
                    async found => Page<PlatformEventReply>.Of(await PlatformEventReply.Of(found, users), page.Limit,
                        last => Cursor.Of(last.At.ToUnixTimeMilliseconds(), last.Id)));
            })
            .Allow(Permission.PlatformRead).WithName("listPlatformEvents")
            .WithSummary("Events as taken, the latest first; ?kind= and ?sessionId= narrow the list");

        platforms.MapGet("/{id}/days", (Id id, Id? kind, PageRequest page, IGrainFactory grains, EdgeCall edge) =>
            {
                var wanted = new PlatformDaysWanted(id, page.Limit + 1)
                {
                    Kind = kind?.Value,
                    Before = page.After?.Day(0),
                    AfterKind = page.After?.Text(1),
                };
                return edge.Run(
                    ct => grains.PlatformQueries().Days(wanted, page.At ?? default, ct),
                    found => Page<PlatformDayRow>.Of(found, page.Limit,
                        last => Cursor.Of(last.Day.DayNumber, last.Kind)));
            })
            .Allow(Permission.PlatformRead).WithName("listPlatformDays")
            .WithSummary("What happened on each business day, by kind, the latest day first; ?kind= narrows the list");

        platforms.MapPost("/{id}/replay", (Id id, ReplayBody body, Caller caller, IGrainFactory grains,
                EdgeCall edge) =>
                edge.Run(ct => grains.Platform(id).Replay(new(body.After, caller.Subject), ct), PlatformReply.Of))
            .Allow(Permission.PlatformWrite).WithName("replayPlatform")
            .WithSummary("Reads again what followed on a number; what is known is passed over");

        platforms.MapPost("/{id}/skip", (Id id, SkipBody body, Caller caller, IGrainFactory grains,
                EdgeCall edge) =>
                edge.Run(ct => grains.Platform(id).Skip(new(body.Through, body.Reason, caller.Subject), ct),
                    PlatformReply.Of))
            .Allow(Permission.PlatformWrite).WithName("skipPlatform")
            .WithSummary("Passes over events that the platform does not give, through a number, with a reason");
    }

    /// <param name="Endpoint">Where it is asked: http or https, or <c>folder:</c> for its file of JSON lines in the
    /// configured folder; absent: it tells by itself.</param>
    /// <param name="Market">Absent: the default market.</param>
    /// <param name="MinuteMax">Requests a minute that it grants; absent: as the policy says.</param>
    internal sealed record PlatformBody(
        string Title, string? Endpoint = null, string? Market = null, int? MinuteMax = null) : IValidated
    {
        internal PlatformTerms Terms => new(Title, Endpoint ?? "", Market ?? "", MinuteMax ?? 0);

        public void Validate(Problems p)
        {
            new PlatformPatch { Title = Title, Endpoint = Endpoint, MinuteMax = MinuteMax }.Validate(p);
            p.Text("market", Market, 8, 1);
        }
    }

    internal sealed record PlatformPatch : IValidated
    {
        public string? Title { get; init; }
        public string? Endpoint { get; init; }
        public int? MinuteMax { get; init; }

        public void Validate(Problems p)
        {
            p.Text("title", Title, min: 1);
            p.Text("endpoint", Endpoint, min: 1);
            p.Range("minuteMax", MinuteMax, 1, PlatformTerms.MinuteMaxMax);
        }
    }

    /// <param name="After">The number after which it begins.</param>
    internal sealed record ReplayBody(long After) : IValidated
    {
        public void Validate(Problems p) => p.Range("after", After, 0, long.MaxValue - 1);
    }

    /// <param name="Through">The last number that is passed over.</param>
    internal sealed record SkipBody(long Through, string Reason) : IValidated
    {
        public void Validate(Problems p)
        {
            p.Range("through", Through, 0, long.MaxValue - 1);
            p.Text("reason", Reason, min: 1);
        }
    }

    /// <summary>At most 500 events, in any order.</summary>
    internal sealed record PlatformEventsBody(IReadOnlyList<PlatformEventBody> Events) : IValidated
    {
        internal ImmutableArray<PlatformEvent> Told => [.. Events.Select(e => e.Event)];

        public void Validate(Problems p) => p.Each("events", Events, PlatformWire.PageMax, 1);
    }

    /// <summary>The members mean what they do in <see cref="PlatformEvent"/>.</summary>
    internal sealed record PlatformEventBody(
        Id Id, Id Kind, DateTimeOffset At, long Count = 1, Id? SessionId = null, Id? ContentId = null,
        Id? PlacementId = null, Id? PersonId = null, string? Tag = null, long? AmountMinor = null,
        string? Currency = null) : IValidated
    {
        internal PlatformEvent Event => new(Id, Kind, At)
        {
            Count = Count,
            SessionId = SessionId?.Value,
            ContentId = ContentId?.Value,
            PlacementId = PlacementId?.Value,
            PersonId = PersonId?.Value,
            Tag = Tag,
            AmountMinor = AmountMinor,
            Currency = Currency,
        };

        public void Validate(Problems p)
        {
            p.Instant("at", At);
            p.Range("count", Count, 1, Limits.AmountMinorMax);
            p.Text("tag", Tag, 64, 1);
            p.Money("amountMinor", AmountMinor);
            p.Currency("currency", Currency);
            p.Require(AmountMinor is null == Currency is null, "currency",
                "Must be there with amountMinor, and only then.");
        }
    }

    /// <summary>A platform as answered; the members mean what they do in <see cref="PlatformInfo"/>.</summary>
    internal sealed record PlatformReply(
        string Id, string Title, string Endpoint, string Market, int MinuteMax, long Version, PlatformState State,
        long Seq, long LastSeq, long Taken, long Repeats, long Refused, DateTimeOffset? LastEventAt, long LagSeconds,
        int RequestsLeft, DateTimeOffset? PausedUntil, DateTimeOffset? AwaySince, string? Why, long? ReplayedTo)
    {
        public static PlatformReply Of(PlatformInfo p) => new(p.Id, p.Terms.Title, p.Terms.Endpoint, p.Terms.Market,
            p.Terms.MinuteMax, p.Version, p.State, p.Seq, p.LastSeq, p.Taken, p.Repeats, p.Refused, p.LastEventAt,
            p.LagSeconds, p.RequestsLeft, p.PausedUntil, p.AwaySince, p.Why, p.ReplayedTo);
    }

    /// <summary>An event as answered; the members mean what they do in <see cref="PlatformEvent"/>.</summary>
    internal sealed record PlatformEventReply(
        string Id, string Kind, DateTimeOffset At, DateOnly Day, long Count, long? Seq, string? SessionId,
        string? ContentId, string? PlacementId, string? PersonId, string? Tag, long? AmountMinor, string? Currency,
        DateTimeOffset TakenAt)
    {
        public static async Task<ImmutableArray<PlatformEventReply>> Of(
            ImmutableArray<PlatformEventRow> rows, UserMap users)
        {
            var people = rows.Select(r => r.Event.Identity).OfType<UserId>().ToArray();
            var names = people.Length == 0 ? [] : await users.External(people, default);
            return [.. rows.Select(r => Of(r, r.Event.Identity is { } one ? names.GetValueOrDefault(one) : null))];
        }

        /// <param name="name">The external id that stands for platform and person; null: nobody, or erased.</param>
        private static PlatformEventReply Of(PlatformEventRow r, string? name) => new(r.Event.Id, r.Event.Kind,
            r.Event.At, r.Day, r.Event.Count, r.Event.Seq == 0 ? null : r.Event.Seq, r.Event.SessionId,
            r.Event.ContentId, r.Event.PlacementId, name?[(name.IndexOf('/', StringComparison.Ordinal) + 1)..],
            r.Event.Tag, r.Event.AmountMinor, r.Event.Currency, r.TakenAt);
    }
}
