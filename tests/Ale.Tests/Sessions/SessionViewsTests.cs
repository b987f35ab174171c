using Ale.Storage;
using Xunit;

namespace Ale.Sessions;

[Trait("needs", "server")]
public sealed class SessionViewsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 18, 12, 0, 0, TimeSpan.Zero);

    private static SessionTerms Terms(int day, string market = "cn") => new($"Day {day}", SessionKind.Recorded,
        SessionTier.Factory, market, "h1", "p9", Noon.AddDays(day), Noon.AddDays(day).AddHours(1), false, ["K2", "K1"]);

    [Theory, InlineData("postgres"), InlineData("sqlite")]
    public async Task Sessions_are_listed_by_start_in_pages_and_by_state_and_market(string engine)
    {
        var projection = new SessionProjection();
        await using var views = await TestViews.Create(engine, projection);
        await views.Put(batch =>
        {
            (string, int, string)[] planned = [("S1", 1, "cn"), ("S2", 2, "gb"), ("S3", 2, "cn"), ("S4", 0, "cn")];
            foreach (var (id, day, market) in planned)
            {
                projection.Project(TestViews.Row<SessionEvent>($"session/{id}", 0, Session.EventJson,
                    new SessionEvent.Planned(Terms(day, market), "d1", Noon)), batch);
            }

            projection.Project(TestViews.Row<SessionEvent>("session/S1", 1, Session.EventJson,
                new SessionEvent.Moved(SessionStep.Ready, SessionState.Ready, "k1", "d2", Noon.AddMinutes(1)),
                new SessionEvent.Moved(SessionStep.Start, SessionState.Live, "k2", "h1", Noon.AddMinutes(2))), batch);
        });
        await views.Put(batch => projection.Project(TestViews.Row<SessionEvent>("session/S1", 3, Session.EventJson,
            new SessionEvent.Moved(SessionStep.Suspend, SessionState.Suspended, "k3", "d2", Noon.AddMinutes(3)),
            new SessionEvent.Moved(SessionStep.Resume, SessionState.Live, "k4", "h1", Noon.AddMinutes(4))), batch));
        var queries = new SessionQueries(views.Views);

        async Task<string[]> Ids(SessionsWanted wanted) =>
            [.. (await queries.Sessions(wanted, default, default)).Value.Select(s => s.Id)];

        Assert.Equal(["S3", "S2", "S1", "S4"], await Ids(new(10)));
        Assert.Equal(["S3", "S2"], await Ids(new(2)));
        Assert.Equal(["S1", "S4"], await Ids(new(2) { BeforeStart = Noon.AddDays(2), BeforeId = "S2" }));
        Assert.Equal(["S2"], await Ids(new(10) { Market = "gb" }));
        Assert.Equal(["S1"], await Ids(new(10) { State = SessionState.Live, Market = "cn" }));

        var live = (await queries.Sessions(new(10) { State = SessionState.Live }, default, default)).Value.Single();
        Assert.Equal(new("S1", Terms(1), SessionState.Live, 5, Noon.AddMinutes(2), null), live);
    }

    [Theory, InlineData("postgres"), InlineData("sqlite")]
    public async Task LIV05_The_history_tells_who_did_what_when_and_under_which_key(string engine)
    {
        var projection = new SessionProjection();
        await using var views = await TestViews.Create(engine, projection);
        await views.Put(batch => projection.Project(TestViews.Row<SessionEvent>("session/S1", 0, Session.EventJson,
            new SessionEvent.Planned(Terms(1), "d1", Noon),
            new SessionEvent.Changed(Terms(2), "k0", "d2", Noon.AddMinutes(1)),
            new SessionEvent.Moved(SessionStep.Submit, SessionState.InReview, "k1", "d1", Noon.AddMinutes(2))), batch));
        var queries = new SessionQueries(views.Views);

        Assert.Equal(
            [
                new(2, "submit", SessionState.InReview, "d1", Noon.AddMinutes(2), "k1"),
                new(1, "change", SessionState.Planned, "d2", Noon.AddMinutes(1), "k0"),
                new SessionHistoryEntry(0, "plan", SessionState.Planned, "d1", Noon, null),
            ],
            (await queries.History("S1", null, 10, default, default)).Value);
        Assert.Equal([1], (await queries.History("S1", 2, 1, default, default)).Value.Select(e => e.Version));
        Assert.Empty((await queries.History("S2", null, 10, default, default)).Value);
    }
}
