using Ale.Imports;
using Microsoft.Extensions.DependencyInjection;
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

    private static async Task InSilo(Func<IGrainFactory, Task> test)
    {
        var folder = Directory.CreateTempSubdirectory("ale-silo-").FullName;
        try
        {
            await using var app = await SiloApp.Build(
            [
                "--environment=Development", $"--Ale:Data={folder}", "--Ale:SiloPort=0", "--urls=http://127.0.0.1:0",
            ]);
            await app.StartAsync();
            await test(app.Services.GetRequiredService<IGrainFactory>());
            await app.StopAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public Task LIV05_Two_starts_that_arrive_together_make_one_live_session() => InSilo(async grains =>
    {
        for (var round = 0; round < 20; round++)
        {
            var session = grains.Session($"S{round}");
            await session.Plan(Terms, "d1");
            await session.Move(new(SessionStep.Ready, "r", "d1"));

            var starts = await Task.WhenAll(Enumerable.Range(0, 4).Select(i =>
                session.Move(new(SessionStep.Start, $"k{i % 2}", "d1")))); // each key twice, as repeats

            var live = Assert.Single(starts.GroupBy(s => s.Refusal?.Code), g => g.Key is null);
            Assert.Equal(2, live.Count());
            Assert.Equal(2, starts.Count(s => s.Refusal == SessionRefusals.AlreadyLive));
            Assert.Equal(3, (await session.Get()).Value!.Version);
        }
    });

    [Fact]
    public Task A_document_needs_its_import_and_is_recorded_once() => InSilo(async grains =>
    {
        var document = new ImportDocument([new(ImportLineKind.Charge, null, "POST", 1, 300, false)], ["o1"]);
        Assert.Equal("import.unknown", (await grains.Import("i1").Get()).Refusal?.Code);
        Assert.Equal("import.unknown", (await grains.ImportDocument("i1", "A5").Record(document)).Refusal?.Code);
        await grains.Import("i1").Open(new("online-retail", "gb", new('a', 64)));
        Assert.Equal(new("i1", "A5", 1, 1), (await grains.ImportDocument("i1", "A5").Record(document)).Value);
        Assert.Equal(new("i1", "A5", 1, 1), (await grains.ImportDocument("i1", "A5").Record(document)).Value);
        Assert.Equal("import.changed",
            (await grains.ImportDocument("i1", "A5").Record(document with { OrderIds = [] })).Refusal?.Code);
    });
}
