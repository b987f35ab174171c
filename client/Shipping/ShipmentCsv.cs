using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Ale.Edge;
using CsvHelper;

namespace Ale.Shipping;

/// <summary>
/// A carrier's file of tracking events: CSV with the columns <c>label, event, kind, at</c> and, if it likes,
/// <c>note</c>, in any order; others are ignored. A file with a line that cannot be read is refused as a whole.
/// </summary>
internal static class ShipmentCsv
{
    private const string Field = "csv";

    private static readonly CsvReaderOptions Options = new()
    {
        Separator = ',',
        HasHeader = false,
        TrackLineNumbers = true,
        MalformedData = CsvMalformedDataHandling.Throw,
    };

    /// <summary>The rows, or 400 that names the lines.</summary>
    public static ImmutableArray<TrackingRow> Read(string text)
    {
        var (p, rows) = (new Problems(), ImmutableArray.CreateBuilder<TrackingRow>());
        try
        {
            using var csv = CsvReader.Create(new MemoryStream(Encoding.UTF8.GetBytes(text)), Options);
            int[]? at = null;
            while (csv.Read())
            {
                if (at is null)
                {
                    at = Columns(csv, p);
                    p.ThrowIfAny();
                }
                else if (rows.Count == IShipmentTracking.RowsMax) p.Add(Field, $"At most {rows.Count} rows.");
                else rows.Add(Row(csv, at, p));
                p.ThrowIfAny();
            }

            p.Require(at is not null, Field, "Must have a header line.");
        }
        catch (CsvFormatException e)
        {
            p.Add(Field, $"line {e.LineNumber}: a quote is not closed, or stands inside a field.");
        }

        p.ThrowIfAny();
        return rows.ToImmutable();
    }

    private static int[] Columns(CsvReader csv, Problems p)
    {
        var header = Enumerable.Range(0, csv.FieldCount).Select(i => csv.GetString(i).Trim()).ToArray();
        string[] names = ["label", "event", "kind", "at", "note"];
        int[] at = [.. names.Select(name =>
            Array.FindIndex(header, h => h.Equals(name, StringComparison.OrdinalIgnoreCase)))];
        for (var i = 0; i < 4; i++) p.Require(at[i] >= 0, Field, $"The column {names[i]} is missing.");
        return at;
    }

    private static TrackingRow Row(CsvReader csv, int[] columns, Problems p)
    {
        var line = (int)csv.LineNumber;
        string Cell(int column) =>
            columns[column] is var i and >= 0 && i < csv.FieldCount ? csv.GetString(i).Trim() : "";
        void Require(bool good, string rule) => p.Require(good, Field, $"line {line}: {rule}");

        Require(Limits.IsId(Cell(0)), "label is no id.");
        Require(Limits.IsId(Cell(1)), "event is no id.");
        var kind = Enum.GetValues<TrackingKind>().Cast<TrackingKind?>()
            .FirstOrDefault(k => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{k}") == Cell(2));
        Require(kind is not null, "kind is none of picked, in_transit, delivered, returned, lost.");
        Require(Instant.TryRead(Cell(3), out var at), "at is no instant, as 2026-06-18T12:00:00Z.");
        var note = Cell(4) is { Length: > 0 } text ? text : null;
        p.Instant(Field, at == default ? null : at);
        p.Text(Field, note, TrackShipment.NoteLengthMax);
        return new(line, Cell(0), new(Cell(1), kind ?? default, at, note));
    }
}
