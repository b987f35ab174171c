using Ale.Edge;

namespace Ale.Kernel;

/// <summary>What operators ask of the journal: has everything arrived, what waits for a person, is it whole.</summary>
internal static class KernelHttp
{
    private const string Tag = "Operations";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static void MapKernel(this IEndpointRouteBuilder api)
    {
        api.MapGet("/settled", async (HttpContext http, IGrainFactory grains) =>
            {
                var view = await grains.KernelAdmin().Settled(Patience, http.RequestAborted);
                return TypedResults.Json(new SettledReply(view.Parked, view.Retrying, [.. view.Behind]),
                    EdgeJson.Options,
                    statusCode: view.IsSettled ? 200 : 202);
            })
            .Allow(Permission.SettledRead).WithTags(Tag).WithName("getSettled").Produces<SettledReply>()
            .WithSummary("200 when all projections and reactions stand at the journal's end, 202 while not");

        api.MapGet("/readers", async (HttpContext http, IGrainFactory grains) =>
                TypedResults.Json(await grains.KernelAdmin().Readers(http.RequestAborted), EdgeJson.Options))
            .Allow(Permission.ParkedRead).WithTags(Tag).WithName("listReaders")
                .WithSummary("Every reader and where it stands");

        api.MapGet("/parked", (PageRequest page, IGrainFactory grains, EdgeCall edge) => edge.Run(
                ct => grains.KernelAdmin().Parked(page.Limit, ct), found => new Page<ParkedView>(found, null)))
            .Allow(Permission.ParkedRead).WithTags(Tag).WithName("listParked")
            .WithSummary("Streams whose reactions wait; of each its first event");

        api.MapPost("/parked/replay", (ParkedBody body, CommandKey key, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.KernelAdmin().Replay(body.Reaction, body.Stream, ct)))
            .Allow(Permission.ParkedWrite).WithTags(Tag).WithName("replayParked")
            .WithSummary("Try a waiting stream again, from its first event");

        api.MapPost("/parked/drop", (DropBody body, CommandKey key, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.KernelAdmin().Drop(body.Reaction, body.Stream, body.Version, ct)))
            .Allow(Permission.ParkedWrite).WithTags(Tag).WithName("dropParked")
            .WithSummary("Give the first event of a waiting stream up, and try the next");

        api.MapPost("/projections/{name}/rebuild", (Id name, CommandKey key, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.KernelAdmin().Rebuild(name, ct)))
            .Allow(Permission.ParkedWrite).WithTags(Tag).WithName("rebuildProjection")
            .WithSummary("Fill a projection's tables anew, beside those that are read");

        api.MapPost("/verify", (CommandKey key, HttpContext http, IGrainFactory grains, JsonLines lines) =>
                lines.Write(http, grains.NewVerification().Run(http.RequestAborted),
                    line => line.Report is { } report ? report : new { line.Progress }))
            .Allow(Permission.Verify).LongLived().WithTags(Tag).WithName("verify")
            .WithSummary("Fold the journal anew and compare; one JSON object a line, the report last");
    }

    internal sealed record SettledReply(long Parked, long Retrying, IReadOnlyList<string> Behind);

    internal sealed record ParkedBody(string Reaction, string Stream) : IValidated
    {
        public void Validate(Problems p)
        {
            p.Text("reaction", Reaction, 200, 1);
            p.Text("stream", Stream, 300, 1);
        }
    }

    internal sealed record DropBody(string Reaction, string Stream, long Version) : IValidated
    {
        public void Validate(Problems p)
        {
            p.Text("reaction", Reaction, 200, 1);
            p.Text("stream", Stream, 300, 1);
            p.Range("version", Version, 0, long.MaxValue);
        }
    }
}
