using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.WebUtilities;

namespace Ale.Edge;

/// <summary>One member of a request that is wrong.</summary>
/// <param name="Field">Path of the member (<c>lines[0].quantity</c>), a parameter or a header; empty for the
/// whole.</param>
/// <param name="Message">What it must be.</param>
internal sealed record FieldProblem(string Field, string Message);

/// <summary>Every reply that is not 2xx: RFC 9457 with a stable <c>code</c>.</summary>
internal sealed record Problem(int Status, string Code, string Detail)
{
    /// <summary>Media type of every problem.</summary>
    public const string MediaType = "application/problem+json";

    private static readonly HashSet<string> Own = ["status", "title", "code", "detail", "errors", "traceId"];

    /// <summary>Name of the status.</summary>
    public string Title { get; init; } = ReasonPhrases.GetReasonPhrase(Status);

    /// <summary>For 400: which members are wrong, and how.</summary>
    public IReadOnlyList<FieldProblem>? Errors { get; init; }

    /// <summary>For 500: what to look for in the log.</summary>
    public string? TraceId { get; init; }

    /// <summary>Seconds to wait, sent as <c>Retry-After</c>.</summary>
    [JsonIgnore]
    public int? RetryAfterSeconds { get; init; } = Status is 429 or 503 ? 1 : null;

    /// <summary>What the refusal adds, as members of its own (<c>sku</c>, <c>missing</c>).</summary>
    [JsonExtensionData]
    public IDictionary<string, object>? Details { get; init; }

    /// <summary>A request that can never succeed.</summary>
    public static Problem Invalid(IReadOnlyList<FieldProblem> errors) =>
        new(400, "request.invalid", "The request is not valid; errors names each fault.") { Errors = errors };

    /// <summary>A request with one fault.</summary>
    public static Problem Invalid(string field, string message) => Invalid([new(field, message)]);

    /// <summary>
    /// The problem of a refusal. Its details become members; one whose name ends in <c>[]</c> becomes an entry of a
    /// list, so that a list of one is still a list; <c>detail</c> replaces the sentence made from the code.
    /// </summary>
    public static Problem Of(Refusal refusal)
    {
        var detail = refusal.Code.Replace('.', ' ').Replace('_', ' ');
        detail = char.ToUpperInvariant(detail[0]) + detail[1..] + ".";
        string? field = null;
        var members = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var (name, value) in refusal.Details.IsDefaultOrEmpty ? [] : refusal.Details)
        {
            if (name == "detail") detail = value;
            else if (name.EndsWith("[]", StringComparison.Ordinal))
            {
                if (!members.TryGetValue(name[..^2], out var list)) members[name[..^2]] = list = new List<string>();
                if (list is List<string> texts) texts.Add(value);
            }
            else if (!Own.Contains(name)) members[name] = value;
            if (name == "field") field = value;
        }
        return new((int)refusal.Kind, refusal.Code, detail)
        {
            Details = members.Count == 0 ? null : members,
            Errors = refusal.Kind != RefusalKind.Invalid ? null : [new(field ?? "", detail)],
        };
    }

    /// <summary>The problem of a status that somebody set without a body; null when the status is none of
    /// ours.</summary>
    public static Problem? OfStatus(int status) => status switch
    {
        400 => Invalid("", "The request could not be read."),
        401 => new(401, "auth.required", "This needs a token: Authorization: Bearer …"),
        403 => new(403, "auth.forbidden", "The token's roles do not allow this."),
        404 => new(404, "request.not_found", "There is nothing at this address."),
        405 => new(405, "request.method_not_allowed",
            "This address does not take this method; Allow names those it does."),
        406 => new(406, "request.not_acceptable", "This cannot be written as the Accept header asks."),
        408 => new(408, "request.timeout", "The request came too slowly."),
        413 => new(413, "request.too_large", "The body is larger than this address takes."),
        415 => new(415, "request.media_type", "The body must be JSON: Content-Type: application/json."),
        429 => new(429, "request.too_many", "Too many requests with this token."),
        431 => new(431, "request.headers_too_large", "The request's headers are too large."),
        503 => new(503, "request.busy", "Busy: nothing was done; ask again."),
        >= 400 and < 500 => new(status, "request.refused", "The request was refused."),
        >= 500 => new(status, "request.failed", "The server failed."),
        _ => null,
    };

    /// <summary>Writes it, with <c>Retry-After</c> where it belongs. Needs a response that has not begun.</summary>
    public Task Write(HttpContext http)
    {
        var response = http.Response;
        response.StatusCode = Status;
        response.Headers.CacheControl = "no-store";
        if (RetryAfterSeconds is { } seconds)
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        response.ContentType = MediaType;
        var body = JsonSerializer.SerializeToUtf8Bytes(this, EdgeJson.Options);
        return response.Body.WriteAsync(body, http.RequestAborted).AsTask();
    }

    /// <summary>What the log knows this request by.</summary>
    public static string TraceOf(HttpContext http) => Activity.Current?.TraceId.ToHexString() ?? http.TraceIdentifier;
}

/// <summary>Leaves an endpoint or a binding with a problem. For the edge alone; grains answer with a refusal.</summary>
internal sealed class ProblemException : Exception
{
    /// <summary>With <paramref name="problem"/> as the reply.</summary>
    public ProblemException(Problem problem) : base(problem.Code) => Problem = problem;

    /// <summary>The reply.</summary>
    public Problem Problem { get; }
}
