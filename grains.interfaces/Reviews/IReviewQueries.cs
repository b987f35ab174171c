using System.Collections.Immutable;

namespace Ale.Reviews;

/// <summary>Lists of reviews, from the slice's table. Key 0.</summary>
[Alias("ale.review.queries")]
public interface IReviewQueries : IGrainWithIntegerKey
{
    /// <summary>Reviews that are wanted, the latest opened first.</summary>
    /// <param name="at">The list waits up to 2 s until it shows this place.</param>
    [Alias("reviews")]
    Task<Outcome<ImmutableArray<ReviewInfo>>> Reviews(
        ReviewsWanted wanted, JournalPlace at, CancellationToken ct = default);
}

/// <summary>Which reviews; null: any.</summary>
/// <param name="Limit">Most entries.</param>
[GenerateSerializer, Immutable, Alias("ale.review.wanted")]
public sealed record ReviewsWanted([property: Id(0)] int Limit)
{
    /// <summary>Only those of one of these roles.</summary>
    [Id(1)] public ImmutableArray<string>? Roles { get; init; }

    /// <summary>Only those of this kind.</summary>
    [Id(2)] public string? Kind { get; init; }

    /// <summary>Only those that stand there.</summary>
    [Id(3)] public ReviewState? State { get; init; }

    /// <summary>When the last one of the page before was opened.</summary>
    [Id(4)] public DateTimeOffset? BeforeOpened { get; init; }

    /// <summary>The id of the last one of the page before.</summary>
    [Id(5)] public string? BeforeId { get; init; }
}
