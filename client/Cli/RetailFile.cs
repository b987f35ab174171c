using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Unicode;
using CsvHelper;

namespace Ale.Cli;

/// <summary>
/// One line of a retail order file. <c>Code</c> is in upper case; <c>PriceMinor</c> is the unit price in whole minor
/// units, half to even. A product's code begins with five digits; every other line is a charge and never stock.
/// </summary>
internal sealed record RetailLine(int Row, string Code, string Title, int Quantity, long PriceMinor)
{
    public bool IsProduct { get; } = Code.Length >= 5 && Code.AsSpan(0, 5).IndexOfAnyExceptInRange('0', '9') < 0;

    /// <summary>A line without a price is counted and changes nothing.</summary>
    public bool IsPriced => PriceMinor != 0;

    public long AmountMinor => Quantity * PriceMinor;
}

/// <summary>The lines of one invoice; its place in the file and its instant are its first line's.</summary>
internal sealed record RetailInvoice(
    string No, string? Customer, DateTimeOffset At, ImmutableArray<RetailLine> Lines)
{
    public bool IsCancellation => No.StartsWith('C');
}

/// <summary>The file is not what it should be; the message is one line and names the line at fault.</summary>
internal sealed class RetailFileException(int row, string message)
    : Exception(row > 0 ? $"line {row}: {message}" : message);

/// <summary>
/// A retail order file: CSV in UTF-8 with the columns <c>InvoiceNo, StockCode, Description, Quantity, InvoiceDate,
/// UnitPrice, CustomerID</c>, in any order, others ignored; times are London's where they name no offset.
/// <c>Sha256</c> is of the whole file, lower-case hex; <c>Invoices</c> stand in the order of their first lines.
/// </summary>
internal sealed record RetailFile(string Sha256, ImmutableArray<RetailInvoice> Invoices)
{
    /// <summary>Longest invoice number: a return's id holds two of them beside the import's id.</summary>
    public const int InvoiceNoLengthMax = 20;

    private static readonly string[] Columns =
        ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"];

    private static readonly CsvReaderOptions Csv = new()
    {
        Separator = ',',
        HasHeader = false,
        TrackLineNumbers = true,
        MalformedData = CsvMalformedDataHandling.Throw,
    };

    private static readonly string[] LocalForms =
    [
        "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", "yyyy-MM-dd HH:mm",
        "yyyy-MM-dd HH:mm:ss", "dd/MM/yyyy HH:mm", "dd/MM/yyyy HH:mm:ss",
    ];

    private static readonly string[] OffsetForms =
        ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>First 16 hex digits of the hash: the import's id, and the beginning of the ids made from it.</summary>
    public string ImportId => Sha256[..16];

    /// <summary>What each invoice means, in the file's order.</summary>
    public ImmutableArray<RetailDocument> Documents { get; } = RetailDocument.Fold(Invoices);

    /// <summary>Reads <paramref name="file"/>, which must be seekable, to its end.</summary>
    /// <exception cref="RetailFileException">A column is missing, a value cannot be read, not UTF-8, empty.</exception>
    public static RetailFile Read(Stream file)
    {
        // The CSV reader would follow a UTF-16 mark; such a file is not what it seems to other readers of the format.
        Span<byte> mark = stackalloc byte[2];
        if (file.ReadAtLeast(mark, 2, throwOnEndOfStream: false) == 2 && mark is [0xFF, 0xFE] or [0xFE, 0xFF])
            throw new RetailFileException(1, "not UTF-8 text");
        file.Position = 0;
        using var sha = SHA256.Create();
        using var hashed = new CryptoStream(file, sha, CryptoStreamMode.Read, leaveOpen: true);
        var invoices = Group(Lines(hashed));
        hashed.CopyTo(Stream.Null);
        return new RetailFile(Convert.ToHexStringLower(sha.Hash!), invoices);
    }

    /// <summary>ISO 8601 or <c>dd/MM/yyyy HH:mm</c>; London's wall clock unless an offset is given.</summary>
    public static DateTimeOffset? ParseAt(string text)
    {
        var culture = CultureInfo.InvariantCulture;
        if (DateTime.TryParseExact(text, LocalForms, culture, DateTimeStyles.None, out var local))
            return new DateTimeOffset(local, London.GetUtcOffset(local)).ToUniversalTime();
        return DateTimeOffset.TryParseExact(text, OffsetForms, culture, DateTimeStyles.None, out var at)
            ? at.ToUniversalTime()
            : null;
    }

    /// <summary>Whole minor units, half to even; nothing when it is no plain decimal number or out of range.</summary>
    public static long? ParsePriceMinor(string text)
    {
        const NumberStyles plain = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        if (!decimal.TryParse(text, plain, CultureInfo.InvariantCulture, out var price)) return null;
        return Math.Abs(price) > Limits.AmountMinorMax / 100m
            ? null
            : (long)Math.Round(price * 100, MidpointRounding.ToEven);
    }

    private static TimeZoneInfo London { get; } = TimeZoneInfo.FindSystemTimeZoneById("Europe/London");

    private readonly record struct Entry(string Invoice, string? Customer, DateTimeOffset At, RetailLine Line);

    private static IEnumerable<Entry> Lines(Stream file)
    {
        using var csv = CsvReader.Create(file, Csv, leaveOpen: true);
        if (!Next(csv)) throw new RetailFileException(0, "the file is empty");
        CheckText(csv);
        var width = csv.FieldCount;
        var header = Enumerable.Range(0, width).Select(i => csv.GetString(i).Trim()).ToArray();
        var at = Array.ConvertAll(Columns, column => Array.FindIndex(
            header, name => name.Equals(column, StringComparison.OrdinalIgnoreCase)));
        if (Array.IndexOf(at, -1) is var missing and >= 0)
            throw new RetailFileException((int)csv.LineNumber, $"the column {Columns[missing]} is missing");
        var any = false;
        while (Next(csv))
        {
            any = true;
            CheckText(csv);
            if (csv.FieldCount != width)
                throw new RetailFileException(
                    (int)csv.LineNumber, $"{csv.FieldCount} fields where the header has {width}");
            yield return Line(csv, at);
        }
        if (!any) throw new RetailFileException(0, "the file has a header and no lines");
    }

    private static bool Next(CsvReader csv)
    {
        try
        {
            return csv.Read();
        }
        catch (CsvFormatException e)
        {
            throw new RetailFileException((int)e.LineNumber, "a quote is not closed, or stands inside a field");
        }
    }

    private static void CheckText(CsvReader csv)
    {
        if (!Utf8.IsValid(csv.RawRecord)) throw new RetailFileException((int)csv.LineNumber, "not UTF-8 text");
    }

    private static Entry Line(CsvReader csv, int[] at)
    {
        var row = (int)csv.LineNumber;
        RetailFileException Bad(string what, string value) => new(row, $"bad {what} '{Short(value)}'");
        string Field(int column) => csv.GetString(at[column]).Trim();

        var (no, code, customer) = (Field(0), Field(1).ToUpperInvariant(), Field(6));
        if (!Limits.IsId(no) || no.Length > InvoiceNoLengthMax) throw Bad("InvoiceNo", no);
        if (code.Length is 0 or > Limits.IdLengthMax) throw Bad("StockCode", code);
        if (!int.TryParse(Field(3), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var quantity)
            || quantity is < -Limits.QuantityMax or > Limits.QuantityMax) throw Bad("Quantity", Field(3));
        if (ParseAt(Field(4)) is not { } instant) throw Bad("InvoiceDate", Field(4));
        if (ParsePriceMinor(Field(5)) is not { } priceMinor) throw Bad("UnitPrice", Field(5));
        if (customer.Length > 0 && !Limits.IsId(customer)) throw Bad("CustomerID", customer);

        var line = new RetailLine(row, code, Field(2), quantity, priceMinor);
        if (line.IsProduct && !Limits.IsId(code)) throw Bad("StockCode", code);
        if (line.IsProduct && priceMinor < 0) throw Bad("UnitPrice", Field(5));
        if (Math.Abs((decimal)quantity * priceMinor) > Limits.AmountMinorMax) throw Bad("amount", Field(5));
        return new Entry(no, customer.Length > 0 ? customer : null, instant, line);
    }

    private static ImmutableArray<RetailInvoice> Group(IEnumerable<Entry> entries)
    {
        var invoices = new OrderedDictionary<string, (Entry First, ImmutableArray<RetailLine>.Builder Lines)>(
            StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            if (!invoices.TryGetValue(entry.Invoice, out var invoice))
                invoices.Add(entry.Invoice, invoice = (entry, ImmutableArray.CreateBuilder<RetailLine>()));
            invoice.Lines.Add(entry.Line);
            if (entry.Customer is null || entry.Customer == invoice.First.Customer) continue;
            if (invoice.First.Customer is { } other)
                throw new RetailFileException(entry.Line.Row,
                    $"invoice {entry.Invoice} is of customer {other}, and here of {entry.Customer}");
            invoices[entry.Invoice] = invoice with { First = invoice.First with { Customer = entry.Customer } };
        }
        return
        [
            .. invoices.Values.Select(i =>
                new RetailInvoice(i.First.Invoice, i.First.Customer, i.First.At, i.Lines.ToImmutable())),
        ];
    }

    private static string Short(string value) => value.Length <= 40 ? value : value[..40] + "…";
}
