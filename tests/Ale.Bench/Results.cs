using System.Globalization;

namespace Ale.Bench;

/// <summary>A goal of our own, without a peer.</summary>
/// <param name="Name">What is measured.</param>
/// <param name="Goal">What was wanted, in words.</param>
/// <param name="Measured">What was found, in words.</param>
internal sealed record Bound(string Name, string Goal, string Measured, bool IsMet);

/// <summary>What a run has found, told as it is found.</summary>
internal sealed class Results
{
    public List<ContestResult> Contests { get; } = [];
    public List<Bound> Bounds { get; } = [];

    /// <summary>What was acknowledged and not kept, and other faults that make figures worthless.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>Runs the contest when it is wanted.</summary>
    public async Task Take(BenchOptions options, Contest contest)
    {
        if (!options.Wants(contest.Path)) return;
        Console.WriteLine($"-- {contest.Path}");
        var result = await contest.Run(options);
        Contests.Add(result);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"   median {result.Median:F2}, worst {result.Worst:F2}, wanted {contest.Goal}: {Word(result.IsMet)}"));
    }

    /// <summary>Takes a bound in.</summary>
    public void Take(Bound bound)
    {
        Bounds.Add(bound);
        Console.WriteLine($"-- {bound.Name}: {bound.Measured}, wanted {bound.Goal}: {Word(bound.IsMet)}");
    }

    /// <summary>Nothing, when <paramref name="fault"/> is null.</summary>
    public void Check(string path, string? fault)
    {
        if (fault is null) return;
        Faults.Add($"{path}: {fault}");
        Console.WriteLine($"NOT VALID: {path}: {fault}");
    }

    public static string Word(bool isMet) => isMet ? "met" : "missed";
}
