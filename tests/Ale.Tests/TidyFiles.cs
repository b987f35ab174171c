using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Ale;

/// <summary>One line of <c>tests/rows.md</c>.</summary>
internal sealed record Row(string Id, string Statement, string State)
{
    public static ImmutableArray<Row> All() =>
    [
        .. File.ReadLines(Repository.At("tests", "rows.md"))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Where(line => !line.StartsWith("| row ", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Select(cells => new Row(cells[1], cells[2], cells[3])),
    ];
}

/// <summary>A place where a pattern was found; <c>Text</c> says file, line and what stands there.</summary>
internal sealed record Line(string Text, string Content, Match Match);

/// <summary>A file of the checkout that people write, its path relative to the root.</summary>
internal sealed record TextFile(string Path, ImmutableArray<string> Lines)
{
    private static readonly string[] Skipped = ["artifacts", "bin", "obj", ".git", ".vs", "TestResults"];

    private static readonly string[] Read =
    [
        ".cs", ".razor", ".md", ".sql", ".sh", ".json", ".yml", ".yaml", ".props", ".csproj", ".html", ".js", ".css",
    ];

    /// <summary>The folder below the project, which is the slice; null for a file of the project itself.</summary>
    public string? Folder => Path.Split('/') is { Length: > 2 } parts ? parts[1] : null;

    public bool In(string project) => Path.StartsWith(project + "/", StringComparison.Ordinal);

    public bool Is(params string[] endings) =>
        endings.Any(end => ("/" + Path).EndsWith(end, StringComparison.Ordinal));

    public IEnumerable<Line> Find(Regex pattern) => Lines.SelectMany((content, i) =>
        pattern.Matches(content).Select(match => new Line($"{Path}:{i + 1} {content.Trim()}", content, match)));

    public static ImmutableArray<TextFile> All() => [.. Below(new DirectoryInfo(Repository.Root))];

    private static IEnumerable<TextFile> Below(DirectoryInfo folder)
    {
        foreach (var file in folder.EnumerateFiles())
            if (Read.Contains(file.Extension) || file.Name is "test" or "run" or "Dockerfile")
                yield return new(
                    System.IO.Path.GetRelativePath(Repository.Root, file.FullName),
                    [.. File.ReadLines(file.FullName)]);
        foreach (var inner in folder.EnumerateDirectories())
            if (!Skipped.Contains(inner.Name) && inner.FullName != Repository.At("data"))
                foreach (var file in Below(inner)) yield return file;
    }
}
