using Ale.Kernel;
using Ale.Storage;
using Xunit;

namespace Ale.Inbox;

[Trait("needs", "server")]
public sealed class InboxViewsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 18, 12, 0, 0, TimeSpan.Zero);

    private static InboxTerms Terms(string role, InboxSeverity severity = InboxSeverity.Notice, int? dueDay = null) =>
        new(severity == InboxSeverity.Alarm ? "alarm" : "plain", "Title", "order/O1", role, severity,
            dueDay is { } day ? Noon.AddDays(day) : null);

    [Theory, InlineData("postgres"), InlineData("sqlite")]
    public async Task TEC_15_items_are_listed_by_role_kind_and_state_and_counted_by_role(string engine)
    {
        var projection = new InboxProjection();
        await using var views = await TestViews.Create(engine, projection);
        await views.Put(batch =>
        {
            (string, int, InboxTerms)[] all =
            [
                ("i1", 0, Terms("legal", InboxSeverity.Alarm, -400)), ("i2", 1, Terms("ops")),
                ("i3", 1, Terms("legal", dueDay: 20_000)), ("i4", 2, Terms("legal")),
            ];
            foreach (var (id, minute, terms) in all)
            {
                projection.Project(TestViews.Row<InboxEvent>($"inbox/{id}", 0, InboxItem.EventJson,
                    new InboxEvent.Opened(terms, "tests", Noon.AddMinutes(minute))), batch);
            }
        });
        await views.Put(batch => projection.Project(TestViews.Row<InboxEvent>("inbox/i4", 1, InboxItem.EventJson,
            new InboxEvent.Finished("l1", "seen", "k", Noon.AddHours(1))), batch));
        var queries = new InboxQueries(views.Views, new JournalClock(TimeProvider.System));

        async Task<string[]> Ids(InboxWanted wanted) =>
            [.. (await queries.Items(wanted, default, default)).Value.Select(i => i.Id)];

        Assert.Equal(["i4", "i3", "i2", "i1"], await Ids(new(10)));
        Assert.Equal(["i4", "i3"], await Ids(new(2)));
        Assert.Equal(["i2", "i1"], await Ids(new(2) { BeforeOpened = Noon.AddMinutes(1), BeforeId = "i3" }));
        Assert.Equal(["i3", "i1"], await Ids(new(10) { State = InboxState.Open, Roles = ["legal"] }));
        Assert.Equal(["i3", "i2", "i1"], await Ids(new(10) { State = InboxState.Open, Roles = ["legal", "ops"] }));
        Assert.Equal(["i1"], await Ids(new(10) { Kind = "alarm" }));
        Assert.Empty(await Ids(new(10) { Roles = [] }));

        var done = (await queries.Items(new(10) { State = InboxState.Done }, default, default)).Value.Single();
        Assert.Equal(new("i4", Terms("legal"), InboxState.Done, "tests", Noon.AddMinutes(2), "l1", Noon.AddHours(1),
            "seen"), done);
        Assert.Equal([new("legal", 2, 1, 1), new InboxCount("ops", 1, 0, 0)],
            (await queries.Counts(null, default, default)).Value);
        Assert.Equal([new InboxCount("ops", 1, 0, 0)], (await queries.Counts(["ops", "pr"], default, default)).Value);
    }
}
