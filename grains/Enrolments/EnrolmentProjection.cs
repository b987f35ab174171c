using System.Collections.Immutable;
using System.Diagnostics;
using Ale.Kernel;
using Ale.Users;
using Orleans.Concurrency;

namespace Ale.Enrolments;

/// <summary>Enrolments and their places as tables.</summary>
internal sealed class EnrolmentProjection() : Projection<EnrolmentEvent>(
    "enrolments", 1, "enrolment", EnrolmentJson.Default.EnrolmentEvent, Enrolments, Places)
{
    public static readonly Table Enrolments = new("enrolment",
    [
        Column.TextKey("id"), Column.Text("kind"), Column.Text("title"), Column.Number("places"),
        Column.Sum("taken"), Column.Number("closes_at"),
    ]);

    /// <summary><c>state</c> is the name of a <see cref="PlaceState"/>, or <c>released</c>.</summary>
    public static readonly Table Places = new("enrolment_place",
    [
        Column.TextKey("enrolment"), Column.TextKey("user_id"), Column.Text("state"), Column.Number("high_potential"),
        Column.Number("rating"), Column.Text("text"), Column.Number("granted_at"),
    ]);

    protected override void Project(string key, EnrolmentEvent happened, JournalRow row, ViewBatch views)
    {
        switch (happened)
        {
            case EnrolmentEvent.Put { Terms: var t }:
                views.Row(Enrolments, key).Set("kind", $"{t.Kind}").Set("title", t.Title).Set("places", t.Places)
                    .Set("closes_at", t.ClosesAt);
                break;
            case EnrolmentEvent.Granted e:
                views.Row(Enrolments, key).Add("taken", 1);
                Of(e.User).Set("state", $"{PlaceState.Granted}").Set("high_potential", e.IsHighPotential ? 1 : 0)
                    .Set("granted_at", e.At);
                break;
            case EnrolmentEvent.Released e:
                views.Row(Enrolments, key).Add("taken", -1);
                Of(e.User).Set("state", "Released");
                break;
            case EnrolmentEvent.Attended e:
                Of(e.User).Set("state", $"{PlaceState.Attended}");
                break;
            case EnrolmentEvent.Answered e:
                Of(e.User).Set("state", $"{PlaceState.Answered}").Set("rating", e.Rating).Set("text", e.Text);
                break;
            case EnrolmentEvent.Credited or EnrolmentEvent.Owed:
                break;
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }

        ViewRow Of(UserId user) => views.Row(Places, key, user.ToString());
    }
}

[StatelessWorker]
internal sealed class EnrolmentQueries(Views views) : Grain, IEnrolmentQueries
{
    private sealed class OneEnrolment
    {
        public string Id { get; init; } = "";
        public string Kind { get; init; } = "";
        public string Title { get; init; } = "";
        public long Places { get; init; }
        public long Taken { get; init; }
        public long ClosesAt { get; init; }
    }

    private sealed class OnePlace
    {
        public string UserId { get; init; } = "";
        public string State { get; init; } = "";
        public long HighPotential { get; init; }
        public long? Rating { get; init; }
        public string? Text { get; init; }
        public long GrantedAt { get; init; }
    }

    public async Task<Outcome<ImmutableArray<EnrolmentRow>>> Enrolments(
        string? after, int limit, JournalPlace at, CancellationToken ct)
    {
        var (rows, refusal) = await views.List<OneEnrolment>("""
            select id, kind, title, places, taken, closes_at as ClosesAt from {enrolment}
            where id > @after order by id limit @limit
            """, new { after = after ?? "", limit }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new EnrolmentRow(r.Id, Enum.Parse<EnrolmentKind>(r.Kind),
            r.Title, (int)r.Places, (int)r.Taken, Instants.Of(r.ClosesAt))));
    }

    public async Task<Outcome<ImmutableArray<PlaceRow>>> Places(
        string enrolment, string? after, int limit, JournalPlace at, CancellationToken ct)
    {
        var (rows, refusal) = await views.List<OnePlace>("""
            select user_id as UserId, state, high_potential as HighPotential, rating, text, granted_at as GrantedAt
            from {enrolment_place} where enrolment = @enrolment and state <> 'Released' and user_id > @after
            order by user_id limit @limit
            """, new { enrolment, after = after ?? "", limit }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new PlaceRow(new(r.UserId),
            Enum.Parse<PlaceState>(r.State), r.HighPotential == 1, (int?)r.Rating, r.Text, Instants.Of(r.GrantedAt))));
    }
}
