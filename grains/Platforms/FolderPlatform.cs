using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using Ale.Kernel;
using Microsoft.Extensions.Configuration;

namespace Ale.Platforms;

/// <summary>
/// Reads JSON lines that somebody puts into a folder, <c>Ale:Platforms:Folder</c>, as <c>douyin.jsonl</c>: what a
/// platform lets its customers download. An event's number is that of its line; lines are only ever added. A line that
/// is no event, or blank, is given as one that nobody can keep: it is counted and passed. How placements are to be run
/// is added to <c>douyin.outbox</c>, for somebody to carry over.
/// </summary>
internal sealed class FolderPlatform(IConfiguration configuration) : IPlatformApi
{
    private const int LineMax = 16 * 1024, BufferSize = 64 * 1024;

    /// <summary>Where reading goes on: for new lines, and for those that are read again.</summary>
    private const int PlacesMax = 2;

    private readonly ConcurrentDictionary<string, ImmutableArray<Place>> _places = new(StringComparer.Ordinal);

    /// <summary>So many lines end before this byte.</summary>
    private readonly record struct Place(long Line, long Offset);

    public async Task<PlatformPage> Events(string platform, PlatformTerms terms, long after, CancellationToken ct)
    {
        var path = Path.Combine(Folder, $"{platform}.jsonl"); // an id has neither slashes nor leading dots
        if (!File.Exists(path)) throw new PortAwayException($"there is no {platform}.jsonl in the folder");
        await using var file = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var places = _places.GetValueOrDefault(path, []);
        var from = places.Where(p => p.Line <= after && p.Offset <= file.Length).Append(default).MaxBy(p => p.Line);
        file.Position = from.Offset;
        var (page, place) = await Read(file, from, after, ct);
        _places[path] = [.. places.Where(p => p != from).Append(place).Distinct()
            .OrderByDescending(p => p.Line).Take(PlacesMax)];
        return page;
    }

    public async Task Set(string platform, PlatformTerms terms, PlacementSetting setting, CancellationToken ct)
    {
        var line = JsonSerializer.Serialize(setting, PlatformWireJson.Default.PlacementSetting) + "\n";
        try
        {
            await File.AppendAllTextAsync(Path.Combine(Folder, $"{platform}.outbox"), line, ct);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PortAwayException($"{platform}.outbox: {e.Message}", default, e);
        }
    }

    private string Folder => configuration["Ale:Platforms:Folder"] is { Length: > 0 } folder ? folder
        : throw new PortAwayException("there is no folder: set Ale:Platforms:Folder");

    private static async Task<(PlatformPage Page, Place Place)> Read(
        FileStream file, Place place, long after, CancellationToken ct)
    {
        var events = ImmutableArray.CreateBuilder<PlatformEvent>();
        var (line, length, buffer) = (new ArrayBufferWriter<byte>(), 0L, new byte[BufferSize]);
        while (await file.ReadAsync(buffer, ct) is var count and > 0)
        {
            for (var start = 0; start < count;)
            {
                var size = buffer.AsSpan(start, count - start).IndexOf((byte)'\n');
                var part = buffer.AsSpan(start, size < 0 ? count - start : size);
                line.Write(part[..Math.Min(part.Length, LineMax + 1 - line.WrittenCount)]); // of more it is no event
                length += part.Length;
                if (size < 0) break;
                start += size + 1;
                place = new(place.Line + 1, place.Offset + length + 1);
                if (place.Line > after) events.Add(EventOf(line.WrittenSpan, place.Line) ?? NoEvent(place.Line));
                line.ResetWrittenCount();
                length = 0;
                if (events.Count < PlatformWire.PageMax) continue;
                var hasMore = file.Length > place.Offset; // were it but the begin of a line, the next page is empty
                return (Page(place.Line + (hasMore ? 1 : 0)), place);
            }
        }

        // What has no end is either whole, and stays the last line, or still being written.
        if (length == 0) return (Page(place.Line), place);
        var unfinished = place.Line + 1;
        if (unfinished <= after) return (Page(unfinished), place);
        if (EventOf(line.WrittenSpan, unfinished) is not { } last) return (Page(place.Line), place);
        events.Add(last);
        return (Page(unfinished), place);

        PlatformPage Page(long lastLine) => new(PlatformWire.Version, events.ToImmutable(), lastLine);
    }

    private static PlatformEvent NoEvent(long line) => new("", "", default) { Seq = line };

    private static PlatformEvent? EventOf(ReadOnlySpan<byte> text, long line)
    {
        if (text.StartsWith("\uFEFF"u8)) text = text[3..];
        if (text.Length > LineMax) return null;
        try
        {
            return JsonSerializer.Deserialize(text, PlatformWireJson.Default.PlatformEvent) is { } e
                ? e with { Seq = line } : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter: it is no UTF-8
        {
            return null;
        }
    }
}
