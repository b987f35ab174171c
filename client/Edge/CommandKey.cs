using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;

namespace Ale.Edge;

/// <summary>A header that an endpoint reads, for the API document.</summary>
internal sealed record HeaderTaken(string Name, bool Required, string Description);

/// <summary>
/// The <c>Idempotency-Key</c> of a POST or PATCH, in the form of an <see cref="Id"/>. When the caller sends none, the
/// edge makes one; it is bound once, so the edge's own repeats carry the same. The reply tells it in the same header.
/// </summary>
internal sealed record CommandKey(string Value) : IEndpointParameterMetadataProvider
{
    public const string Header = "Idempotency-Key";

    /// <summary>Binds the header.</summary>
    public static ValueTask<CommandKey> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var header = context.Request.Headers[Header];
        if (header.Count > 1 || (header.Count == 1 && !Limits.IsId(header[0])))
            throw new ProblemException(Problem.Invalid(Header, Id.Form));
        var key = header.Count == 1 ? header[0]! : Guid.NewGuid().ToString("N");
        context.Response.Headers[Header] = key;
        return new(new CommandKey(key));
    }

    /// <inheritdoc/>
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => builder.Metadata.Add(
        new HeaderTaken(Header, false, "The same key again: the same answer. Made by the server when absent."));

    /// <inheritdoc/>
    public override string ToString() => Value;

    /// <summary>Contracts take text.</summary>
    public static implicit operator string(CommandKey key) => key.Value;
}

/// <summary>
/// The version a PATCH expects, <c>If-Match: "3"</c>. Absent or of another form: 400 that names the header. The slice
/// answers 409 <c>….stale</c> when the thing has another.
/// </summary>
internal readonly record struct ExpectedVersion(long Value) : IEndpointParameterMetadataProvider
{
    public const string Header = "If-Match";

    /// <summary>Binds the header.</summary>
    public static ValueTask<ExpectedVersion> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var header = context.Request.Headers[Header];
        if (header.Count == 1 && header[0] is ['"', .. var digits, '"']
            && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            return new(new ExpectedVersion(version));
        throw new ProblemException(Problem.Invalid(Header, "Must be the version read before, in quotes, as \"3\"."));
    }

    /// <inheritdoc/>
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => builder.Metadata.Add(
        new HeaderTaken(Header, true, "The version that is changed, in quotes; another one: 409 ….stale."));

    /// <summary>Contracts take a number.</summary>
    public static implicit operator long(ExpectedVersion version) => version.Value;
}
