using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Ale.Faults;

/// <summary>Writes what a run found, beside its code.</summary>
internal static class FaultsFile
{
    private const string Head = """
        # Faults

        Written by `dotnet run --project tests/Ale.Bench -- faults`. Real silo processes on a real PostgreSQL 15 with
        fsync, behind a wire of the run's own; recording clients remember every acknowledged command, and at the end
        each is asked for, every SKU's units are counted, ids with two effects are looked for in the journal, and the
        journal is folded anew and compared with every table (`verify`). Errors and waits of 1, 1b and 3 are those of
        the other two silos' clients. Malformed requests and forged tokens (16 to 19) and poison events (21) have no
        process to kill: `EdgeAuthTests`, the walk of the edge and `ReactionTests` hold them.


        """;

    private static readonly string[] columns =
    [
        "#", "fault", "what is done", "acknowledged", "lost", "double effects", "units constant", "errors",
        "error window s", "longest wait s", "recovery s", "bound", "kept", "",
    ];

    public static async Task Write(IEnumerable<FaultResult> results, int seed, bool isShort,
        [CallerFilePath] string here = "")
    {
        var text = new StringBuilder(Head);
        text.AppendLine(CultureInfo.InvariantCulture, $"Seed {seed}, {(isShort ? "short" : "long")} form, "
            + $"{Environment.ProcessorCount} processors shared with other work; bounds have room for that.");
        text.AppendLine();
        text.AppendLine(Row(columns)).AppendLine(Row(columns.Select(_ => "---")));
        foreach (var r in results) text.AppendLine(RowOf(r, ""));
        await File.WriteAllTextAsync(PathOf(here), text.ToString());
    }

    /// <summary>Puts faults that were run by themselves into the file, in the place of what it had of them.</summary>
    public static async Task Put(IEnumerable<FaultResult> results, int seed, [CallerFilePath] string here = "")
    {
        var lines = await File.ReadAllLinesAsync(PathOf(here));
        var begin = Array.FindIndex(lines, line => line.StartsWith("| ---", StringComparison.Ordinal)) + 1;
        var rows = lines[begin..].ToDictionary(line => line.Split('|')[1].Trim(), StringComparer.Ordinal);
        foreach (var r in results)
            rows[r.Fault.Id] = RowOf(r, string.Create(CultureInfo.InvariantCulture, $" (by itself, seed {seed})"));
        await File.WriteAllLinesAsync(PathOf(here), [.. lines[..begin], .. FaultRun.All.Select(p => p.Fault.Id)
            .Where(rows.ContainsKey).Select(id => rows[id])]);
    }

    private static string PathOf(string here) => Path.Combine(Path.GetDirectoryName(here)!, "..", "FAULTS.md");

    private static string RowOf(FaultResult r, string how) => Row([
        r.Fault.Id, r.Fault.Name, r.Fault.Does, $"{r.Acknowledged}", $"{r.Lost}", $"{r.Doubled}",
        Yes(r.UnitsConstant), $"{r.Errors}", Seconds(r.ErrorWindow), Seconds(r.LongestWait),
        Seconds(r.Recovery), r.Fault.Bound, Yes(r.IsKept), (r.Note.Trim() + how).Trim(),
    ]);

    private static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";

    private static string Seconds(double seconds) => seconds.ToString("F1", CultureInfo.InvariantCulture);

    private static string Yes(bool yes) => yes ? "yes" : "**no**";
}
