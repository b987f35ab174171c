using Ale.Kernel;
using Ale.Storage;
using Xunit;

namespace Ale.Registers;

[Trait("needs", "server")]
public sealed class RegisterViewsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 18, 12, 0, 0, TimeSpan.Zero);

    private static RegisterEvent Entered(string id, int day, int? days, string? supersedes = null) =>
        new RegisterEvent.Entered(id,
            new("Paper", [new("n", "1")], Noon.AddDays(day), days is { } d ? Noon.AddDays(day + d) : null)
            { Supersedes = supersedes }, "l1", "legal", null, supersedes is not null, Noon.AddDays(day));

    [Theory, InlineData("postgres"), InlineData("sqlite")]
    public async Task Entries_are_listed_by_kind_subject_validity_and_end_as_the_register_tells_them(string engine)
    {
        var projection = new RegisterProjection();
        await using var views = await TestViews.Create(engine, projection);
        (string Key, RegisterEvent[] Events)[] all =
        [
            ("papers/K1", [Entered("p1", 0, 90), Entered("p2", 10, 100, "p1")]),
            ("papers/K2", [Entered("p1", 5, null)]),
            ("agreement/sf",
            [
                Entered("a1", 1, 30),
                new RegisterEvent.Expiring("a1", "Paper", "legal", Noon.AddDays(31), Noon.AddDays(2)),
                new RegisterEvent.Withdrawn("a1", "l2", "over", "k", Noon.AddDays(3)),
            ]),
        ];
        await views.Put(batch =>
        {
            foreach (var (key, events) in all)
                projection.Project(TestViews.Row($"register/{key}", 0, Register.EventJson, events), batch);
        });
        var queries = new RegisterQueries(views.Views, new JournalClock(TimeProvider.System));

        async Task<string[]> Ids(RegisterWanted wanted) =>
            [.. (await queries.Entries(wanted, default, default)).Value.Select(e => $"{e.Subject}/{e.Id}")];

        Assert.Equal(["K1/p2", "K2/p1", "sf/a1", "K1/p1"], await Ids(new(10)));
        Assert.Equal(["K2/p1", "sf/a1"],
            await Ids(new(2) { Before = new(Noon.AddDays(10), "papers", "K1", "p2") }));
        Assert.Equal(["K1/p2", "K1/p1"], await Ids(new(10) { Subject = "K1", Kind = "papers" }));
        Assert.Equal(["sf/a1"], await Ids(new(10) { Kind = "agreement" }));
        Assert.Equal(["K2/p1", "K1/p1"], await Ids(new(10) { ValidAt = Noon.AddDays(9) }));
        Assert.Equal(["K1/p2", "K2/p1"], await Ids(new(10) { ValidAt = Noon.AddDays(10) }));
        Assert.Equal(["sf/a1"], await Ids(new(10) { EndsBefore = Noon.AddDays(10) }));
        Assert.Equal(["sf/a1", "K1/p1"], await Ids(new(10) { EndsBefore = Noon.AddDays(11) }));

        var now = TimeProvider.System.GetUtcNow();
        var live = all.ToDictionary(a => a.Key, a => a.Events.Aggregate(Register.New(), (s, e) => s.Apply(e)));
        foreach (var entry in (await queries.Entries(new(10), default, default)).Value)
        {
            var key = $"{entry.Kind}/{entry.Subject}";
            Assert.Equal(live[key].Papers[entry.Id].Entry(key, now), entry);
        }
    }
}
