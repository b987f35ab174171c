using System.Text;
using Ale.Kernel;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Ale.Platforms;

/// <summary>A file of JSON lines as it is read.</summary>
public sealed class FolderPlatformTests : IDisposable
{
    private static readonly PlatformTerms Terms = new("Weibo", PlatformTerms.Folder, "cn", 60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ale-folder-");
    private readonly FolderPlatform _api;

    public FolderPlatformTests() => _api = new(new ConfigurationBuilder().AddInMemoryCollection(
        [new("Ale:Platforms:Folder", _folder.FullName)]).Build());

    public void Dispose() => _folder.Delete(recursive: true);

    private string Path => System.IO.Path.Combine(_folder.FullName, "weibo.jsonl");

    private static string Line(int i) => $$"""{"id":"e{{i}}","kind":"view","at":"2026-06-18T12:00:00Z"}""";

    private Task Add(string text) => File.AppendAllTextAsync(Path, text, TestContext.Current.CancellationToken);

    private Task<PlatformPage> Ask(long after) =>
        _api.Events("weibo", Terms, after, TestContext.Current.CancellationToken);

    private async Task<string> Told(long after)
    {
        var page = await Ask(after);
        return string.Join(' ', page.Events.Select(e => e.Seq + ":" + (e.Id.Length == 0 ? "-" : e.Id)))
            + " of " + page.Last;
    }

    [Fact]
    public async Task TEC_10_A_bad_or_blank_line_is_given_as_no_event_and_passed()
    {
        await Add("\uFEFF" + Line(1) + "\n{\"id\":\n\n" + Line(4) + "\r\n");
        await Add(new string('x', 20_000) + "\n" + Line(6) + "\n");
        Assert.Equal("1:e1 2:- 3:- 4:e4 5:- 6:e6 of 6", await Told(0));
        Assert.Equal(" of 6", await Told(6));
        await Add("null\n" + Line(8)[..20]); // it is being written
        Assert.Equal("7:- of 7", await Told(6));
        Assert.Equal(" of 7", await Told(7));
        await Add(Line(8)[20..]); // whole, and without an end
        Assert.Equal("8:e8 of 8", await Told(7));
        Assert.Equal(" of 8", await Told(8));
        await Add("\n" + Line(9) + "\n");
        Assert.Equal("9:e9 of 9", await Told(8));
        Assert.Equal("4:e4 5:- 6:e6 7:- 8:e8 9:e9 of 9", await Told(3)); // read again
        Assert.Equal(" of 9", await Told(9));
    }

    [Fact]
    public async Task CAM_02_How_placements_are_to_be_run_is_added_to_an_outbox()
    {
        var setting = new PlacementSetting("P1", 7, 360, "CNY", 1, false);
        await _api.Set("weibo", Terms, setting, TestContext.Current.CancellationToken);
        await _api.Set("weibo", Terms, setting with { Version = 8 }, TestContext.Current.CancellationToken);
        Assert.Equal("""{"placement":"P1","version":7,"bidMinor":360,"currency":"CNY","audience":1,"isPaused":false}""",
            (await File.ReadAllLinesAsync(System.IO.Path.Combine(_folder.FullName, "weibo.outbox"),
                TestContext.Current.CancellationToken))[0]);
    }

    [Fact]
    public async Task TEC_10_A_file_that_grows_is_read_on_from_where_it_was()
    {
        await Add(string.Concat(Enumerable.Range(1, 1_200).Select(i => Line(i) + "\n")));
        var (after, pages) = (0L, new List<int>());
        for (PlatformPage page; (page = await Ask(after)).Events.Length > 0; after = page.Events[^1].Seq)
        {
            pages.Add(page.Events.Length);
            Assert.Equal(after + 1, page.Events[0].Seq);
            Assert.True(page.Last > page.Events[^1].Seq || page.Events.Length < 500);
        }

        Assert.Equal([500, 500, 200], pages);
        // What lies before its place is not read again: nobody would notice that it is not there any more.
        await File.WriteAllBytesAsync(Path, [.. Enumerable.Repeat((byte)' ', (int)new FileInfo(Path).Length),
            .. Encoding.UTF8.GetBytes(Line(1_201) + "\n")], TestContext.Current.CancellationToken);
        Assert.Equal("1201:e1201 of 1201", await Told(1_200));
        // A file that is shorter than its place is another one.
        await File.WriteAllTextAsync(Path, Line(1) + "\n", TestContext.Current.CancellationToken);
        Assert.Equal("1:e1 of 1", await Told(0));
        Assert.Equal(" of 1", await Told(1_201));
    }

    [Fact]
    public async Task TEC_10_A_file_that_is_not_there_is_an_answer_that_did_not_come() =>
        await Assert.ThrowsAsync<PortAwayException>(() => Ask(0));
}
