using Ale.Imports;
using Xunit;

namespace Ale.Sessions;

/// <summary>Sessions and imports in a whole silo with a journal on disk.</summary>
[Trait("needs", "server")]
public sealed class SessionClusterTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 18, 12, 0, 0, TimeSpan.Zero);

    private static readonly SessionTerms Terms = new(
        "Summer opening", SessionKind.Live, SessionTier.Base, "cn", "h1", "p9",
        Noon, Noon.AddHours(1), true, ["K1"]);

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task LIV05_Two_starts_that_arrive_together_make_one_live_session(string store)
    {
        var grains = (await TestSilo.On(store)).Grains;
        for (var round = 0; round < 20; round++)
        {
            var session = grains.Session($"together-{round}");
            await session.Plan(Terms, "d1");
            await session.Move(new(SessionStep.Ready, "r", "d1"));

            var starts = await Task.WhenAll(Enumerable.Range(0, 4).Select(i =>
                session.Move(new(SessionStep.Start, $"k{i % 2}", "d1")))); // each key twice, as repeats

            var live = Assert.Single(starts.GroupBy(s => s.Refusal?.Code), g => g.Key is null);
            Assert.Equal(2, live.Count());
            Assert.Equal(2, starts.Count(s => s.Refusal == SessionRefusals.AlreadyLive));
            Assert.Equal(3, (await session.Get()).Value!.Version);
        }
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task A_document_needs_its_import_and_is_recorded_once(string store)
    {
        var grains = (await TestSilo.On(store)).Grains;
        var document = new ImportDocument([new(ImportLineKind.Charge, null, "POST", 1, 300, false)], ["o1"]);
        Assert.Equal("import.unknown", (await grains.Import("alone-i1").Get()).Refusal?.Code);
        Assert.Equal("import.unknown", (await grains.ImportDocument("alone-i1", "A5").Record(document)).Refusal?.Code);
        await grains.Import("alone-i1").Open(new("online-retail", "gb", new('a', 64)));
        Assert.Equal(new("alone-i1", "A5", 1, 1),
            (await grains.ImportDocument("alone-i1", "A5").Record(document)).Value);
        Assert.Equal(new("alone-i1", "A5", 1, 1),
            (await grains.ImportDocument("alone-i1", "A5").Record(document)).Value);
        Assert.Equal("import.changed",
            (await grains.ImportDocument("alone-i1", "A5").Record(document with { OrderIds = [] })).Refusal?.Code);
    }
}
