namespace Ale.Edge;

/// <summary>The rows of changed numbers.</summary>
internal static partial class WalkTable
{
    private static WalkRow[] OfPolicy() =>
    [
        new("putPolicy", "/api/policy/cart.upliftPercent",
            """{"value":6,"effectiveAt":"2089-01-01T00:00:00Z","owner":"ops","reason":"prices"}""")
        {
            TakesOther = "each change is a new one", Unknown = ("/api/policy/no.such", "policy.unknown"),
        },
        new("listPolicyChanges", "/api/policy/cart.upliftPercent/history")
        {
            Unknown = ("/api/policy/no.such/history", "policy.unknown"),
        },
    ];
}
