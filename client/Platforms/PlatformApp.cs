using System.Collections.Immutable;
using System.Globalization;

namespace Ale.Platforms;

/// <summary>What a local platform does wrong on purpose.</summary>
/// <param name="Repeat">Share of events that it gives twice in one page, 0 to 1.</param>
/// <param name="Gap">Share of pages in which it holds one event back, 0 to 1; the next time it gives it.</param>
/// <param name="Busy">Share of requests that it answers 429, 0 to 1.</param>
/// <param name="RetryAfter">Seconds for which it wants to be left alone then.</param>
/// <param name="Away">True: it answers 503.</param>
/// <param name="Seed">Of what is left to chance.</param>
/// <param name="Version">What it says that it speaks.</param>
internal sealed record PlatformFaults(
    double Repeat = 0, double Gap = 0, double Busy = 0, int RetryAfter = 1, bool Away = false, int Seed = 1,
    int Version = PlatformWire.Version);

/// <summary>
/// A platform in a process of its own: what the port is tested against, and an example of an adapter. It serves
/// <see cref="PlatformWire"/>; what happened there is put to it at <c>POST events</c>, a list, and how placements are run
/// there is shown at <c>GET placements</c>.
/// </summary>
internal static class PlatformApp
{
    public static WebApplication Build(Uri url)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url.ToString());
        builder.Services.ConfigureHttpJsonOptions(o =>
            o.SerializerOptions.TypeInfoResolverChain.Insert(0, PlatformWireJson.Default));
        var app = builder.Build();
        var book = new PlatformPages();
        app.MapPut("/faults", (PlatformFaults faults) => book.Err(faults));
        app.MapPost("/events", (ImmutableArray<PlatformEvent> events) => book.Happen(events));
        app.MapGet("/placements", () => Results.Json(
            book.Settings, PlatformWireJson.Default.ImmutableArrayPlacementSetting));
        app.MapPut("/placements/{id}", (string id, PlacementSetting setting, HttpResponse response) =>
            Said(book.Set(setting with { Placement = id }), response));
        app.MapGet("/events", (long after, int limit, HttpResponse response) =>
        {
            var (page, status) = book.Page(after, Math.Clamp(limit, 1, PlatformWire.PageMax));
            return page is null ? Said(status, response) : Results.Json(page, PlatformWireJson.Default.PlatformPage);
        });
        return app;

        IResult Said(int status, HttpResponse response)
        {
            if (status != StatusCodes.Status200OK)
                response.Headers.RetryAfter = book.RetryAfter.ToString(CultureInfo.InvariantCulture);
            return Results.StatusCode(status);
        }
    }
}

/// <summary>What happened on a local platform, and how it tells it. One caller at a time is let in.</summary>
internal sealed class PlatformPages
{
    private readonly Lock _gate = new();
    private readonly List<PlatformEvent> _events = [];
    private readonly HashSet<long> _heldBack = [];
    private readonly SortedDictionary<string, PlacementSetting> _settings = new(StringComparer.Ordinal);
    private PlatformFaults _faults = new();
    private Random _chance = new(1);

    public int RetryAfter => _faults.RetryAfter;

    public PlatformFaults Err(PlatformFaults faults)
    {
        lock (_gate)
        {
            _chance = new(faults.Seed);
            return _faults = faults;
        }
    }

    /// <summary>Each gets the next number, also one whose id was there before.</summary>
    public long Happen(ImmutableArray<PlatformEvent> events)
    {
        lock (_gate)
        {
            foreach (var e in events) _events.Add(e with { Seq = _events.Count + 1 });
            return _events.Count;
        }
    }

    public ImmutableArray<PlacementSetting> Settings
    {
        get
        {
            lock (_gate) return [.. _settings.Values];
        }
    }

    /// <summary>The status that is answered; an older setting changes nothing.</summary>
    public int Set(PlacementSetting setting)
    {
        lock (_gate)
        {
            if (Fault() is { } status) return status;
            if (!_settings.TryGetValue(setting.Placement, out var known) || known.Version < setting.Version)
                _settings[setting.Placement] = setting;
            return StatusCodes.Status200OK;
        }
    }

    private int? Fault() => _faults.Away ? StatusCodes.Status503ServiceUnavailable
        : _chance.NextDouble() < _faults.Busy ? StatusCodes.Status429TooManyRequests : null;

    /// <summary>A page, or the status that is answered instead.</summary>
    public (PlatformPage? Page, int Status) Page(long after, int limit)
    {
        lock (_gate)
        {
            if (Fault() is { } status) return (null, status);
            var page = _events.Skip((int)Math.Clamp(after, 0, _events.Count)).Take(limit).ToList();
            if (page.Count > 1 && _chance.NextDouble() < _faults.Gap)
            {
                var held = _chance.Next(page.Count);
                if (_heldBack.Add(page[held].Seq)) page.RemoveAt(held);
            }

            var told = page.SelectMany(e => _chance.NextDouble() < _faults.Repeat ? new[] { e, e } : [e]);
            return (new(_faults.Version, [.. told], _events.Count), StatusCodes.Status200OK);
        }
    }
}
