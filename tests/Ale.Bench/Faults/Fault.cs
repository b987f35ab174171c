using System.Globalization;

namespace Ale.Faults;

/// <summary>One thing that goes wrong.</summary>
/// <param name="Id">Its number, and a letter where there are several.</param>
/// <param name="Does">What is done, one line.</param>
/// <param name="Bound">What is promised of the time, one line.</param>
internal sealed record Fault(string Id, string Name, string Does, string Bound);

/// <summary>How to run it.</summary>
/// <param name="Short">The form that every change is tested by; else the long one.</param>
internal sealed record FaultOptions(int Seed, bool Short)
{
    /// <summary>A length of the long form, cut for the short one.</summary>
    public TimeSpan Time(double seconds, double shortSeconds) => TimeSpan.FromSeconds(Short ? shortSeconds : seconds);
}

/// <summary>What came of a fault.</summary>
internal sealed record FaultResult(Fault Fault)
{
    public int Acknowledged { get; init; }

    /// <summary>Acknowledged, and not there at the end.</summary>
    public int Lost { get; init; }

    /// <summary>Ids whose effect stands in the journal more than once.</summary>
    public long Doubled { get; init; }

    /// <summary>Units received are those sold, held and free.</summary>
    public bool UnitsConstant { get; init; }

    /// <summary>From the first to the last error that clients saw, seconds.</summary>
    public double ErrorWindow { get; init; }

    public int Errors { get; init; }

    /// <summary>Longest time a client waited for one answer, seconds.</summary>
    public double LongestWait { get; init; }

    /// <summary>From the end of the fault to the last error, or to the first success, seconds.</summary>
    public double Recovery { get; init; }

    /// <summary>Whether the bound was kept; and why not.</summary>
    public bool IsBoundKept { get; init; } = true;

    public string Note { get; init; } = "";

    /// <summary>The journal folded anew is what the tables say, and no hash is broken.</summary>
    public bool IsVerified { get; init; } = true;

    /// <summary>Everything that must hold holds.</summary>
    public bool IsKept => Lost == 0 && Doubled == 0 && UnitsConstant && IsVerified && IsBoundKept;

    /// <summary>With the bound's own question asked of the measures.</summary>
    public FaultResult Within(Func<FaultResult, bool> isKept) =>
        this with { IsBoundKept = IsBoundKept && isKept(this) };

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Fault.Id,-3} {(IsKept ? "kept  " : "BROKEN")} {Acknowledged,6} acknowledged, {Lost} lost, "
        + $"{Doubled} doubled, units {(UnitsConstant ? "constant" : "WRONG")}, {Errors} errors in {ErrorWindow:F1} s, "
        + $"longest wait {LongestWait:F1} s, recovery {Recovery:F1} s{(IsVerified ? "" : ", NOT VERIFIED")}; "
        + $"{Fault.Name}: {Fault.Bound} {Note}");
}
