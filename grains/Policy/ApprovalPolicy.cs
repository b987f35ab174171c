using Ale.Engines;

namespace Ale.Policy;

/// <summary>For how many hours an approval waits when who asks names no end (BUD-03).</summary>
internal sealed record ApprovalPolicy(int ExpireHours)
{
    /// <summary>After so long undecided it goes up; after half of its time at the latest.</summary>
    public required int EscalateHours { get; init; }

    /// <summary>The hours that count towards it (TEC-16); null: all do.</summary>
    public WorkingTime? Work { get; init; }

    /// <summary>Whose holders may then decide, too.</summary>
    public required string EscalateRole { get; init; }
}
