using System.Buffers.Text;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;

namespace Ale.Edge;

/// <summary>A query parameter that an endpoint reads by itself, for the API document.</summary>
internal sealed record QueryTaken(string Name, bool IsNumber, string Description);

/// <summary>
/// What part of a list is asked for: <c>?limit=</c> (1 to 500, default 100), <c>?after=</c> (the <c>next</c> of the
/// page before), and the header <c>Ale-At</c> (a command whose effect the list must show).
/// </summary>
/// <param name="Limit">Most entries wanted.</param>
/// <param name="After">Where the page before ended; null for the first.</param>
/// <param name="At">What must be shown; null: nothing in particular.</param>
internal sealed record PageRequest(int Limit, Cursor? After, JournalPlace? At) : IEndpointParameterMetadataProvider
{
    public const int LimitMax = 500, LimitDefault = 100;

    /// <summary>Binds the request.</summary>
    public static ValueTask<PageRequest> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var (p, limit, query) = (new Problems(), LimitDefault, context.Request.Query);
        if (query.TryGetValue("limit", out var text) && !(text.Count == 1
                && int.TryParse(text[0], NumberStyles.None, CultureInfo.InvariantCulture, out limit)
                && limit is >= 1 and <= LimitMax))
            p.Add("limit", $"Must be from 1 to {LimitMax}.");
        Cursor? after = null;
        if (query.TryGetValue("after", out text) && (after = Cursor.Read(text.Count == 1 ? text[0] : null)) is null)
            p.Add("after", "Must be the next of an earlier page.");
        p.ThrowIfAny();
        return new(new PageRequest(limit, after, AleAt.Read(context.Request)));
    }

    /// <inheritdoc/>
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        builder.Metadata.Add(new QueryTaken("limit", true, $"Most entries, 1 to {LimitMax}; default {LimitDefault}."));
        builder.Metadata.Add(new QueryTaken("after", false, "The next of the page before."));
        builder.Metadata.Add(new HeaderTaken(AleAt.Header, false,
            "Waits up to 2 s until the list shows what stood at this place, else 503 request.lagging."));
    }
}

/// <summary>
/// Where a page ended: the values of the list's sort key, opaque to callers. Each list checks that it gets back as many
/// parts of the kind it gave out, by <see cref="Long"/> and <see cref="Text"/>.
/// </summary>
internal sealed record Cursor
{
    private const int LengthMax = 1_024;

    // The end of the year 9999. A cursor is the caller's to tamper with.
    private const long InstantMax = 253_402_300_799_999;

    private readonly string[] parts;

    private Cursor(string[] parts) => this.parts = parts;

    /// <summary>Values of a sort key.</summary>
    public static Cursor Of(params ReadOnlySpan<object> parts)
    {
        var texts = new string[parts.Length];
        for (var i = 0; i < texts.Length; i++) texts[i] = Convert.ToString(parts[i], CultureInfo.InvariantCulture)!;
        return new(texts);
    }

    /// <summary>The number at <paramref name="position"/>; 400 when there is none.</summary>
    public long Long(int position) =>
        position < parts.Length && long.TryParse(parts[position], NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture, out var value) ? value : throw NotOurs();

    /// <summary>The instant, in ms since 1970, at <paramref name="position"/>; 400 when it is none.</summary>
    public DateTimeOffset Instant(int position) => Long(position) is >= 0 and <= InstantMax and var ms
        ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : throw NotOurs();

    /// <summary>The day, by its number, at <paramref name="position"/>; 400 when it is none.</summary>
    public DateOnly Day(int position) => Long(position) is >= 0 and var day && day <= DateOnly.MaxValue.DayNumber
        ? DateOnly.FromDayNumber((int)day) : throw NotOurs();

    /// <summary>The text at <paramref name="position"/>; 400 when there is none.</summary>
    public string Text(int position) => position < parts.Length ? parts[position] : throw NotOurs();

    /// <summary>Reads what <see cref="ToString"/> wrote; null for anything else.</summary>
    public static Cursor? Read(string? text)
    {
        if (text is null || text.Length is 0 or > LengthMax || !Base64Url.IsValid(text)) return null;
        try
        {
            return JsonSerializer.Deserialize<string[]>(Base64Url.DecodeFromChars(text), EdgeJson.Options) is { } parts
                && Array.TrueForAll(parts, part => part is not null && !part.Contains('\0')) ? new(parts) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The opaque text.</summary>
    public override string ToString() =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(parts, EdgeJson.Options)));

    private static ProblemException NotOurs() =>
        new(Problem.Invalid("after", "Must be the next of an earlier page of this list."));
}

/// <summary>A page of any kind of entry.</summary>
internal interface IPage
{
    /// <summary>The entries, and what kind they are.</summary>
    (Type Kind, IEnumerable<object> Items) Rows { get; }

    /// <summary>Where the next page begins; null at the end.</summary>
    string? Next { get; }
}

/// <summary>The reply of a list; as CSV when the caller accepts <c>text/csv</c>.</summary>
/// <param name="Items">Entries, newest first unless the list says otherwise.</param>
/// <param name="Next">What to send as <c>?after=</c> for the next page; absent at the end.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? Next) : IPage where T : notnull
{
    (Type, IEnumerable<object>) IPage.Rows => (typeof(T), Items.Cast<object>());

    /// <summary>
    /// A page of at most <paramref name="limit"/> of <paramref name="found"/>, of which one more was asked for, to see
    /// whether there is a next page; <paramref name="key"/> gives the sort key of the last.
    /// </summary>
    public static Page<T> Of(IReadOnlyList<T> found, int limit, Func<T, Cursor> key) =>
        found.Count <= limit
            ? new(found, null)
            : new([.. found.Take(limit)], key(found[limit - 1]).ToString());
}
