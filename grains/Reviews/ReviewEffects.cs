using System.Collections.Immutable;

namespace Ale.Reviews;

/// <summary>
/// How one kind of effect is done. A slice to the right registers it under the name that its proposals carry.
/// </summary>
/// <param name="Name">As in <see cref="ReviewEffect.Name"/>.</param>
/// <param name="Run">
/// Sends the command, with the review's id as the command's own, so that a second run changes nothing. A refusal of a
/// rule ends the effect as failed; an exception or a busy answer is tried again.
/// </param>
internal sealed record EffectRunner(string Name, Func<ReviewInfo, IGrainFactory, Task<Refusal?>> Run);

/// <summary>The catalogue: every <see cref="EffectRunner"/> of the silo.</summary>
internal sealed class ReviewEffects(IEnumerable<EffectRunner> all)
{
    private readonly ImmutableDictionary<string, EffectRunner> _all =
        all.ToImmutableDictionary(runner => runner.Name, StringComparer.Ordinal);

    public bool Knows(string name) => _all.ContainsKey(name);

    /// <summary>Does the effect of an accepted review. An effect nobody knows any more is a fault, not an
    /// answer.</summary>
    public Task<Refusal?> Run(ReviewInfo review, IGrainFactory grains) =>
        _all.TryGetValue(review.Terms.Effect!.Name, out var runner)
            ? runner.Run(review, grains)
            : throw new InvalidOperationException($"No slice does the effect {review.Terms.Effect.Name}");
}
