using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Xunit;

namespace Ale;

/// <summary>
/// The rules of the house that no analyzer knows, held by reading the files. A finding is <c>file:line text</c>; where
/// a rule must give way, the exception stands here with its reason.
/// </summary>
public sealed partial class TidyTests
{
    private const int LinesMax = 300, LineLengthMax = 120;

    /// <summary>A slice calls only slices before it; what it has to tell those after it goes by reactions.</summary>
    private static readonly string[] Slices =
    [
        "Policy", "Markets", "Jobs", "Inbox", "Approvals", "Reviews", "Registers", "Phases",
        "People", "Knowledge", "Compliance",
        "Supply", "Products", "Stock", "Shops", "Users", "Audience", "Budgets", "Portfolio", "Coupons", "Enrolments",
        "Platforms", "Campaigns",
        "Quiz", "Sessions", "Payments", "Orders", "Carts", "Shipping", "Care", "Risk", "Insight", "Imports",
    ];

    /// <summary>Folders beside the slices, on which every slice stands: they know none of them.</summary>
    private static readonly string[] Ground = ["Kernel", "Engines", "Feed"];

    /// <summary>What a refusal may be about.</summary>
    internal static readonly string[] Things =
    [
        "auth", "request", "stock", "order", "payment", "session", "offer", "room", "quiz", "coupon", "user", "budget",
        "approval", "campaign", "placement", "job", "policy", "import", "case", "inbox", "review",
        "register", "purchase", "shop", "refund", "product", "carrier", "shipment", "coldchain",
        "cart", "platform", "reserve", "phase", "settlement", "enrolment",
        "cohort", "identity", "touch", "exploration", "choice",
    ];

    /// <summary>Files that may be longer than <see cref="LinesMax"/>, each with its reason.</summary>
    private static readonly Dictionary<string, string> LongFiles = new(StringComparer.Ordinal);

    /// <summary>Files that may read the machine's clock, each with its reason.</summary>
    private static readonly Dictionary<string, string> Clocks = new(StringComparer.Ordinal);

    /// <summary>Files that read tables of slices to their right, each with its reason: nothing is decided there.</summary>
    private static readonly Dictionary<string, string> FarTables = new(StringComparer.Ordinal)
    {
        ["grains/Payments/SettlementGrain.cs"] = "Whether an event's order was ever placed is known there alone.",
        ["grains/Audience/AudienceQueries.cs"] = "A page about people shows what they did everywhere.",
    };

    private static readonly ImmutableArray<TextFile> All = TextFile.All();
    private static readonly ImmutableArray<TextFile> Code = [.. All.Where(file => file.Is(".cs", ".razor"))];
    private static readonly ImmutableArray<TextFile> Source = [.. Code.Where(file => !file.In("tests"))];
    private static readonly ImmutableArray<TextFile> Tests = [.. Code.Where(file => file.In("tests"))];
    private static readonly ImmutableArray<Row> Rows = Row.All();

    [Fact]
    public void Every_folder_of_grains_is_a_slice_or_what_slices_stand_on() => Empty(
        from file in Code
        where (file.In("grains") || file.In("grains.interfaces")) && file.Folder is { } folder
            && !Slices.Contains(folder) && !Ground.Contains(folder)
        select file.Path);

    [Fact]
    public void A_file_of_a_slice_has_the_namespace_of_the_slice() => Empty(
        from file in Code
        where (file.In("grains") || file.In("grains.interfaces")) && file.Folder is not null
        from line in file.Find(NamespaceLine())
        where line.Match.Groups[1].Value != $"Ale.{file.Folder}"
        select line.Text);

    [Fact]
    public void A_slice_names_only_slices_to_its_left() => Empty(
        from file in Code
        where (file.In("grains") || file.In("grains.interfaces")) && file.Folder is not null
        where !file.Path.EndsWith("Reactions.cs", StringComparison.Ordinal)
        let own = Array.IndexOf(Slices, file.Folder) // -1 for the ground: every slice is to its right
        from line in file.Find(NamedSlice())
        where Array.IndexOf(Slices, line.Match.Groups[1].Value) > own
        select line.Text);

    [Fact]
    public void A_slice_reads_only_tables_of_slices_to_its_left()
    {
        var owners = Source.Where(file => file.In("grains"))
            .SelectMany(file => file.Find(OwnTable()).Select(line => (line.Match.Groups[1].Value, file.Folder)))
            .ToDictionary(t => t.Value, t => t.Folder);
        Assert.NotEmpty(owners);
        var far = Source.Where(file => file.In("grains") && Slices.Contains(file.Folder)).SelectMany(file =>
            file.Find(ReadTable()).Where(line => owners.TryGetValue(line.Match.Groups[1].Value, out var owner)
                    && Array.IndexOf(Slices, owner) > Array.IndexOf(Slices, file.Folder))
                .Select(line => (file.Path, line.Text))).ToArray();
        Empty(far.Where(f => !FarTables.ContainsKey(f.Path)).Select(f => f.Text));
        Empty(FarTables.Keys.Except(far.Select(f => f.Path)));
    }

    [Fact]
    public void Every_contract_has_its_grain_and_every_grain_its_contract()
    {
        // A contract that only the silo's own parts call may stand beside its grain.
        var contracts = Source.Where(file => file.In("grains.interfaces") || file.In("grains"))
            .SelectMany(file => file.Find(Contract()))
            .Select(line => line.Match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        var grains = Source.Where(file => file.In("grains")).SelectMany(file => file.Find(GrainType()))
            .Select(line => line.Match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        Empty(contracts.Except(grains).Select(name => $"I{name} has no grain"));
        Empty(grains.Except(contracts).Select(name => $"{name} has no contract"));
    }

    [Fact]
    public void A_refusal_code_is_thing_and_reason_and_written_once()
    {
        var codes = Source.SelectMany(file => file.Find(RefusalCode())).ToArray();
        Empty(codes.Where(line => !CodeForm().IsMatch(Written(line))).Select(line => line.Text));
        Empty(codes.Where(line => !Things.Contains(Written(line).Split('.')[0])).Select(line => line.Text));
        Empty(codes.GroupBy(Written).Where(group => group.Count() > 1).SelectMany(group => group.Select(l => l.Text)));
        Assert.NotEmpty(codes);

        static string Written(Line line) => line.Match.Groups[1].Value;
    }

    [Fact]
    public void No_file_is_longer_than_a_reader_likes()
    {
        Empty(
            from file in Code
            where file.Lines.Length > LinesMax && !LongFiles.ContainsKey(file.Path)
            select $"{file.Path}: {file.Lines.Length} lines");
        Empty(LongFiles.Keys.Except(Code.Where(file => file.Lines.Length > LinesMax).Select(file => file.Path)));
    }

    [Fact]
    public void No_line_is_longer_than_a_screen() => Empty(
        from file in All
        where file.Is(".cs", ".razor", ".sql", ".sh", "/test", "/run")
        from line in file.Find(AnyLine())
        where line.Content.Length > LineLengthMax && !LongText()
            .IsMatch(line.Content) // a text stays whole, to be found
        select line.Text);

    [Fact] // The analyzer holds this too, where nobody switches it off; this also reads razor files.
    public void Nobody_reads_the_machines_clock()
    {
        var banned = File.ReadLines(Repository.At("BannedSymbols.txt"))
            .Where(line => line.StartsWith("P:System.DateTime", StringComparison.Ordinal))
            .Select(line => Regex.Escape(line.Split(';')[0]["P:System.".Length..])).ToArray();
        Assert.NotEmpty(banned);
        var pattern = new Regex($@"^(?!\s*//).*\b(?:{string.Join('|', banned)})\b", RegexOptions.Compiled);
        Empty(
            from file in Code
            where !Clocks.ContainsKey(file.Path)
            from line in file.Find(pattern)
            select line.Text);
    }

    [Fact]
    public void Nothing_is_called_manager_or_helper() =>
        Empty(from file in Code from line in file.Find(EmptyWord()) select line.Text);

    [Fact]
    public void Rows_have_one_id_one_sentence_and_a_state()
    {
        Empty(Rows.GroupBy(row => row.Id).Where(group => group.Count() > 1).Select(group => $"{group.Key} twice"));
        Empty(Rows.Where(row => row.State is not ("open" or "done")).Select(row => $"{row.Id}: '{row.State}'"));
        Empty(Rows.Where(row => !row.Statement.EndsWith('.')).Select(row => $"{row.Id}: {row.Statement}"));
        Assert.Equal(296, Rows.Count(row => row.Id.Contains('-', StringComparison.Ordinal)));
        Assert.Equal(52, Rows.Count(row => !row.Id.Contains('-', StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_row_that_code_or_tests_name_is_in_the_list()
    {
        var ids = Rows.Select(row => row.Id).ToHashSet(StringComparer.Ordinal);
        Empty(
            from file in Code
            from line in file.Find(NamedRow)
            where !ids.Contains($"{line.Match.Groups[1].Value}-{line.Match.Groups[2].Value}")
            select line.Text);
        Empty(
            from file in Tests
            from line in file.Find(CaseTest())
            where !ids.Contains(line.Match.Groups[1].Value)
            select line.Text);
    }

    [Fact]
    public void Every_row_that_is_done_is_named_by_a_test()
    {
        var named = Tests.SelectMany(file => file.Find(NamedRow))
            .Select(line => $"{line.Match.Groups[1].Value}-{line.Match.Groups[2].Value}")
            .Concat(Tests.SelectMany(file => file.Find(CaseTest())).Select(line => line.Match.Groups[1].Value))
            .ToHashSet(StringComparer.Ordinal);
        Empty(Rows.Where(row => row.State == "done" && !named.Contains(row.Id)).Select(row => $"{row.Id}: no test"));
    }

    [Fact]
    public void Documents_speak_of_this_checkout_alone() => Empty(
        from file in All
        where file.Is(".md")
        from line in file.Find(ForeignPath())
        select line.Text);

    [Fact]
    public void No_file_names_a_registry() => Empty(
        from file in All
        where !file.Path.EndsWith("TidyTests.cs", StringComparison.Ordinal)
        from line in file.Find(RegistryHost())
        select line.Text);

    private static void Empty(IEnumerable<string> findings)
    {
        var all = string.Join('\n', findings);
        if (all.Length > 0) Assert.Fail(all);
    }

    private static readonly IEnumerable<string> Prefixes =
        Rows.Where(row => row.Id.Length > 3).Select(row => row.Id[..3]).Distinct();

    private static readonly Regex NamedRow = new(
        $@"(?<![A-Za-z0-9-])({string.Join('|', Prefixes)})[-_]?(\d{{2}})(?![A-Za-z0-9-])", RegexOptions.Compiled);

    [GeneratedRegex(@"^namespace ([\w.]+)")]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"\bAle\.(\w+)")]
    private static partial Regex NamedSlice();

    [GeneratedRegex(@"\bTable \w+ = new\(""(\w+)""")]
    private static partial Regex OwnTable();

    [GeneratedRegex(@"\{([a-z_]+)\}")]
    private static partial Regex ReadTable();

    [GeneratedRegex(@"\binterface I(\w+Grain)\b")]
    private static partial Regex Contract();

    [GeneratedRegex(@"^internal sealed (?:partial )?class (\w+Grain)\b")]
    private static partial Regex GrainType();

    [GeneratedRegex(@"RefusalKind\.\w+,\s*""([^""]*)""")]
    private static partial Regex RefusalCode();

    [GeneratedRegex(@"^[a-z]+\.[a-z][a-z0-9]*(_[a-z0-9]+)*$")]
    private static partial Regex CodeForm();

    [GeneratedRegex(@"^.*$")]
    private static partial Regex AnyLine();

    [GeneratedRegex(""""^\s*(///.{0,130}$|select |\(select |\{")|"""|"[^"]{50,}"""")]
    private static partial Regex LongText();

    [GeneratedRegex(@"\b(?:class|record|struct|interface|enum) \w*"
        + @"(?:Manager|Helper|Service|Processor|Base|Impl|Dto|Utils?)\b")]
    private static partial Regex EmptyWord();

    [GeneratedRegex(@"(?<=\b(?:void|Task) (?:\w*_)?)([A-Z]\d{2})(?=_|\()")]
    private static partial Regex CaseTest();

    [GeneratedRegex(@"(?<![\w.])/work/|\.\./shared|/tmp/|/root/|/home/")]
    private static partial Regex ForeignPath();

    [GeneratedRegex(@"\b(?:nuget\.org|npmjs\.|pypi\.|docker\.io|ghcr\.io|mcr\.microsoft|quay\.io|crates\.io)")]
    private static partial Regex RegistryHost();
}
