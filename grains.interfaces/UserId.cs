namespace Ale;

/// <summary>
/// A person as the journal knows him: a random internal name that says nothing. Only the edge knows the external id it
/// stands for (which may be a phone number); erasing the pair makes the journal anonymous.
/// </summary>
[GenerateSerializer, Immutable, Alias("ale.user_id")]
public readonly record struct UserId([property: Id(0)] string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}
