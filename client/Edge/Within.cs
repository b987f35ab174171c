using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;

namespace Ale.Edge;

/// <summary>A time that figures are asked for: <c>?from=</c> (included) and <c>?to=</c> (not included).</summary>
/// <param name="From">Default: 30 days ago.</param>
/// <param name="To">Default: no end.</param>
internal sealed record Within(DateTimeOffset From, DateTimeOffset To) : IEndpointParameterMetadataProvider
{
    private static readonly TimeSpan Default = TimeSpan.FromDays(30);

    /// <summary>Binds the request.</summary>
    public static ValueTask<Within> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var p = new Problems();
        var from = Read(p, "from", context.Request.Query)
            ?? context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow() - Default;
        var to = Read(p, "to", context.Request.Query) ?? DateTimeOffset.MaxValue;
        if (to <= from) p.Add("to", "Must be after from.");
        p.ThrowIfAny();
        return new(new Within(from, to));
    }

    /// <inheritdoc/>
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        builder.Metadata.Add(new QueryTaken("from", false, "First instant, RFC 3339; default 30 days ago."));
        builder.Metadata.Add(new QueryTaken("to", false, "First instant after it, RFC 3339; default none."));
    }

    private static DateTimeOffset? Read(Problems p, string name, IQueryCollection query)
    {
        if (!query.TryGetValue(name, out var text)) return null;
        if (text.Count == 1 && text[0] is { } one && one.Contains('T', StringComparison.Ordinal)
            && (one.EndsWith('Z') || one.LastIndexOfAny(['+', '-']) > 10)
            && DateTimeOffset.TryParse(one, CultureInfo.InvariantCulture, DateTimeStyles.None, out var at))
            return at;
        p.Add(name, "Must be an instant, RFC 3339 with Z or an offset.");
        return null;
    }
}
