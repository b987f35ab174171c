using System.Collections.Immutable;
using Ale.Budgets;
using Ale.Platforms;
using Ale.Sessions;
using Ale.Storage;
using Xunit;

namespace Ale.Insight;

/// <summary>What platforms told of the views of sessions, on both stores.</summary>
[Trait("needs", "server")]
public sealed class SessionViewsTests
{
    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task BUD_04_views_of_hosts_and_sessions_stand_beside_those_of_the_months_before(string engine)
    {
        await using var views = await TestViews.Create(engine, new PlatformProjection(), new SessionProjection());
        await views.Put(batch =>
        {
            foreach (var (session, host) in new (string, string?)[]
                { ("S1", "H2"), ("S2", "H2"), ("S3", "H5"), ("S4", null) })
                batch.Row(SessionProjection.Sessions, session).Set("host_id", host).Set("title", session);
            foreach (var (session, day, count, kind) in new (string, string, long, string)[]
            {
                ("S1", "2026-06-01", 400, "view"), ("S2", "2026-06-30", 200, "view"), ("S1", "2026-05-31", 900, "view"),
                ("S1", "2026-03-01", 1_100, "view"), ("S1", "2026-02-28", 9_999, "view"), // before the three months
                ("S1", "2026-07-01", 9_999, "view"), ("S1", "2026-06-02", 9_999, "play"),
                ("S3", "2026-06-03", 50, "view"), ("S4", "2026-06-03", 70, "view"),
            })
                batch.Row(PlatformProjection.Events, "tv", $"{session}-{day}-{kind}").Set("kind", kind).Set("day", day)
                    .Set("count", count).Set("session_id", session);
        });
        ImmutableArray<VarianceRow> rows =
        [
            new("session", "S1", 1, 0, true), new("session", "S4", 1, 0, true), new("session", null, 1, 0, true),
            new("host", "H2", 3, 0, true), new("host", "H5", 1, 0, true), new("host", "H9", 1, 0, true),
            new("category", "H2", 3, 0, true), // the same word, another thing
        ];
        var found = await new SessionViews(views.Views, new(2026, 6, 1), 3).With(new(rows, 0, 0), default);
        Assert.Equal(
            [
                new ViewsCompared(400, 1_000), new ViewsCompared(70, null), null,
                new ViewsCompared(600, 1_000), new ViewsCompared(50, null), null, null,
            ],
            found.Rows.Select(r => r.Views));
        Assert.Equal(-40m, found.Rows[3].Views!.Value.Percent);
    }
}
