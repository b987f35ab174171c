using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Xunit;

namespace Ale;

/// <summary>
/// TEC-14: the numbers of the plan stand in <c>deploy/policy</c> and nowhere else. Whatever number stands in the rules'
/// code is of the code's own making: a bound on memory or on a list, a place in a text, a hundredth. Those that have not
/// the form of one are listed in <c>tests/numbers.md</c>, each with its reason.
/// </summary>
public sealed partial class NumbersTests
{
    private const string List = "tests/numbers.md";

    /// <summary>Folders without rules of the plan: what the rules stand on, and the policies' own bounds.</summary>
    private static readonly string[] Apart = ["Kernel", "Feed", "Policy"];

    /// <summary>A listed number: the file, what stands on the line, why it is none of the plan's.</summary>
    private sealed record Entry(string File, string Text, string Why);

    private static readonly ImmutableArray<Entry> Listed =
    [
        .. File.ReadLines(Repository.At(List.Split('/')))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => Cells().Match(line))
            .Select(m => new Entry(m.Groups[1].Value, m.Groups[2].Value, m.Groups[3].Value.Trim())),
    ];

    private static readonly ImmutableArray<(string Path, int Line, string Text)> Found =
    [
        .. from file in TextFile.All()
           where file.Is(".cs") && file.In("grains") && file.Folder is { } folder && !Apart.Contains(folder)
           let code = Bare(file)
           from i in Enumerable.Range(0, code.Length)
           where Number().IsMatch(OfForm().Replace(code[i], ""))
           select (file.Path, i + 1, file.Lines[i].Trim()),
    ];

    [Fact]
    public void TEC_14_A_number_in_a_rules_code_is_none_of_the_plans()
    {
        var strangers = Found.Where(f => !Listed.Any(e => Is(e, f)))
            .Select(f => $"{f.Path}:{f.Line} {f.Text}").ToArray();
        Assert.True(strangers.Length == 0, "A number of the plan belongs into deploy/policy with unit, section, owner and "
            + $"date; one of the code's own gets a reason in {List}:\n{string.Join('\n', strangers)}");
    }

    [Fact]
    public void TEC_14_what_a_caller_leaves_out_is_no_number_of_the_edge() => Assert.Empty(
        from file in TextFile.All()
        where file.Is(".cs") && file.In("client") && file.Folder is not ("Edge" or "Cli")
        from line in file.Find(Fallback())
        select line.Text);

    [Fact]
    public void Every_listed_number_is_there_and_has_its_reason()
    {
        Assert.NotEmpty(Listed);
        var gone = Listed.Where(e => e.Why.Length < 10 || !Found.Any(f => Is(e, f))).Select(e => $"{e.File} {e.Text}");
        Assert.Equal("", string.Join('\n', gone));
    }

    [Theory] // What it takes for a number of the plan, and what not.
    [InlineData("if (spent * 100 > planned * 120) return Held;", true)]
    [InlineData("private static readonly TimeSpan Answer = TimeSpan.FromHours(72);", true)]
    [InlineData("var warnAt = end.AddDays(-28);", true)]
    [InlineData("private const int ReviewersMin = 2;", true)]
    [InlineData("if (rate > 3m) Alarm();", true)]
    [InlineData("if (spent * 100 > planned * (100 + policy.OverPercent)) return Held;", false)]
    [InlineData("private const int EntriesMax = 1_000;", false)]
    [InlineData("[property: Id(12)] public int? Days { get; init; }", false)]
    [InlineData("var line = part[5]; var rest = text[3..];", false)]
    [InlineData("throw new FormatException(\"the 15 % of the plan\"); // 20 % more", false)]
    public void TEC_14_a_number_is_known_when_it_is_seen(string line, bool expected) =>
        Assert.Equal(expected, Number().IsMatch(OfForm().Replace(Bare(new("grains/X/Y.cs", [line]))[0], "")));

    private static bool Is(Entry entry, (string Path, int Line, string Text) found) =>
        entry.File == found.Path && found.Text.Contains(entry.Text, StringComparison.Ordinal);

    /// <summary>The lines without comments, attributes and texts.</summary>
    private static string[] Bare(TextFile file)
    {
        var whole = string.Join('\n', file.Lines);
        whole = RawText().Replace(whole, m => m.Value.Contains("select", StringComparison.Ordinal) ? m.Value // rules, too
            : "\"\"" + new string('\n', m.Value.Count(c => c == '\n')));
        whole = PlainText().Replace(whole, "\"\"");
        return [.. Remark().Replace(whole, "").Split('\n')];
    }

    [GeneratedRegex(@"^\| `([^`]+)` \| `([^`]+)` \|(.*)\|$")]
    private static partial Regex Cells();

    [GeneratedRegex(@"\?\? \d*[2-9]")]
    private static partial Regex Fallback();

    [GeneratedRegex("\"\"\"[\\s\\S]*?\"\"\"")]
    private static partial Regex RawText();

    [GeneratedRegex("""@?"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])'""")]
    private static partial Regex PlainText();

    [GeneratedRegex(@"//.*|\[(?:property: )?Id\(\d+\)\]|\[LoggerMessage\(\d+,|\[StructLayout\([^\]]*\]")]
    private static partial Regex Remark();

    /// <summary>Numbers whose form says what they are: 0 and 1, a hundredth, twice and half, digits of rounding, a place in
    /// a text or list, how many of a list are told, a bound that says so by its name, a projection's meaning.</summary>
    [GeneratedRegex(@"\b[01](?:\.0)?[mL]?\b|[*/] 100m?\b|\b100m? [*+-]|\b2 \*|[*/] 2\b|Math\.Round\(.*, \d,|\[\^?\d+\]"
        + @"|\[\^?\d*\.\.\^?\d*\]|\.Take\(\d+\)|\b\w*Max = [\d_]+(?: \* [\d_]+)*|: Projection<\w+>\(""[^)]*"
        + @"|^\s*"""", \d+, """",|meaning: \d+|0x[0-9A-Fa-f]+")]
    private static partial Regex OfForm();

    [GeneratedRegex(@"(?<![\w.])\d[\d_]*(?:\.\d+)?[mLUud]*\b")]
    private static partial Regex Number();
}
