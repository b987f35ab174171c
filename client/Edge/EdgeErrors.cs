using System.Text.Json;
using System.Text.RegularExpressions;

namespace Ale.Edge;

/// <summary>
/// The outermost step of every request: whatever goes wrong inside leaves as a problem, and nothing leaves as a stack
/// trace. Only what nobody expected is logged as an error.
/// </summary>
internal sealed partial class EdgeErrors(RequestDelegate next, ILogger<EdgeErrors> log)
{
    // nginx's number for "the client closed the request"; nobody is there to read it, the access log is.
    private const int ClientGone = 499;

    public async Task Invoke(HttpContext http)
    {
        // A reply is what its Content-Type says; a browser must not find a page in somebody's comment.
        http.Response.Headers.XContentTypeOptions = "nosniff";
        try
        {
            await next(http);
            if (http.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null, ContentType: null }
                && Problem.OfStatus(http.Response.StatusCode) is { } problem)
                await problem.Write(http);
        }
        catch (Exception fault) when (Left(http, fault))
        {
            if (!http.Response.HasStarted) http.Response.StatusCode = ClientGone;
        }
        catch (Exception fault) when (!http.Response.HasStarted)
        {
            var problem = Of(fault, http, log);
            Clear(http.Response);
            await problem.Write(http);
        }
        // A response that has begun cannot be taken back; Kestrel cuts the connection, and the client sees that.
        // Where lines are sent (JsonLines), the last one says why.
    }

    /// <summary>What the client is told of a fault; what nobody expected is logged as an error.</summary>
    internal static Problem Of(Exception fault, HttpContext http, ILogger log)
    {
        switch (fault)
        {
            case ProblemException known:
                return known.Problem;
            case BadHttpRequestException { StatusCode: 400 } bad:
                return Problem.Invalid(bad.InnerException is JsonException json
                    ? JsonFault.Of(json) : [OfBinding(bad)]);
            case BadHttpRequestException bad:
                return Problem.OfStatus(bad.StatusCode) ?? Problem.OfStatus(400)!;
            case OperationCanceledException when RequestClock.HasRunOut(http):
            case OutcomeUnknownException:
                return EdgeCall.Unknown;
            default:
                var trace = Problem.TraceOf(http);
                Failed(log, http.Request.Method, http.GetEndpoint()?.DisplayName, trace, fault);
                return Problem.OfStatus(500)! with
                {
                    Detail = "The server failed; the log has the reason under this traceId.",
                    TraceId = trace,
                };
        }
    }

    // A cut connection shows as a cancelled token, or as a read that fails, whichever comes first.
    private static bool Left(HttpContext http, Exception fault) =>
        fault is OperationCanceledException or IOException and not BadHttpRequestException
        && RequestClock.ClientGone(http);

    private static void Clear(HttpResponse response)
    {
        response.Clear();
        response.Headers.XContentTypeOptions = "nosniff";
    }

    // The framework names the parameter in its sentence alone: Failed to bind parameter "Id id" from "a b".
    private static FieldProblem OfBinding(BadHttpRequestException bad)
    {
        var match = Binding.Match(bad.Message);
        if (!match.Success)
            return new("", bad.Message.Contains("body", StringComparison.Ordinal)
                ? "A JSON body is required." : "The request could not be read.");
        var (type, name) = (match.Groups["type"].Value, match.Groups["name"].Value);
        if (bad.Message.StartsWith("Required", StringComparison.Ordinal))
            return bad.Message.Contains("from body", StringComparison.Ordinal)
                ? new("", "A JSON body is required.") : new(name, "Is required.");
        return new(name, type switch
        {
            nameof(Id) or nameof(SkuCode) or nameof(CouponCode) => Id.Form,
            "int" or "long" or "short" => "Must be a whole number in range.",
            "bool" => "Must be true or false.",
            "DateTimeOffset" or "DateTime" => "Must be an instant, RFC 3339 with Z or an offset.",
            _ => "Has the wrong form.",
        });
    }

    [GeneratedRegex("parameter \"(?<type>[^\"]+) (?<name>[^\" ]+)\"", RegexOptions.CultureInvariant)]
    private static partial Regex Binding { get; }

    [LoggerMessage(LogLevel.Error, "{Method} {Endpoint} failed (trace {Trace})")]
    private static partial void Failed(ILogger log, string method, string? endpoint, string trace, Exception fault);
}
