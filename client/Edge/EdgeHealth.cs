namespace Ale.Edge;

/// <summary>Whether a node can serve, and what each part says of itself.</summary>
internal sealed record Readiness(bool Ready, IReadOnlyDictionary<string, string> Checks);

/// <summary>
/// <c>/health/live</c> says that the process answers; <c>/health/ready</c> asks the host's check, 2 s at most, and is
/// 503 while it says no. Without a check the node is ready when it answers.
/// </summary>
internal static class EdgeHealth
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static void Map(IEndpointRouteBuilder app)
    {
        var health = app.MapGroup("/health").WithTags("Health").Open().LongLived();
        health.MapGet("/live", () => TypedResults.Json(new { Status = "live" }, EdgeJson.Options)).WithName("live");
        health.MapGet("/ready", async (HttpContext http, EdgeHooks hooks, TimeProvider time) =>
        {
            var found = await Ask(hooks, time, http.RequestAborted);
            http.Response.Headers.CacheControl = "no-store";
            return TypedResults.Json(
                new { Status = found.Ready ? "ready" : "not_ready", found.Checks }, EdgeJson.Options,
                statusCode: found.Ready ? 200 : 503);
        }).WithName("ready");
    }

    private static async Task<Readiness> Ask(EdgeHooks hooks, TimeProvider time, CancellationToken ct)
    {
        if (hooks.Ready is not { } check) return new(true, new Dictionary<string, string>());
        using var clock = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, clock.Token);
        try
        {
            return await check(both.Token).WaitAsync(both.Token);
        }
        catch (Exception fault) when (!ct.IsCancellationRequested)
        {
            // Whatever it was, this node cannot be said to be ready; the type says enough and gives nothing away.
            return new(false, new Dictionary<string, string> { ["check"] = fault.GetType().Name });
        }
    }
}
