using System.Globalization;
using System.Text;
using Xunit;

namespace Ale.Cli;

public sealed class RetailFileTests
{
    private const string Header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

    private static RetailFile Read(string lines) => ReadBytes(Encoding.UTF8.GetBytes(Header + lines));

    private static RetailFile ReadBytes(byte[] bytes)
    {
        using var file = new MemoryStream(bytes);
        return RetailFile.Read(file);
    }

    private static RetailLine One(string line) => Read(line).Invoices.Single().Lines.Single();

    [Theory]
    [InlineData("2010-12-01T08:26", "2010-12-01T08:26:00Z")]
    [InlineData("2010-12-01T08:26:30", "2010-12-01T08:26:30Z")]
    [InlineData("2010-12-01T08:26:30.5", "2010-12-01T08:26:30.5Z")]
    [InlineData("2010-12-01 08:26:00", "2010-12-01T08:26:00Z")]
    [InlineData("2010-12-01T08:26Z", "2010-12-01T08:26:00Z")]
    [InlineData("2010-12-01T08:26:00+01:00", "2010-12-01T07:26:00Z")]
    [InlineData("01/12/2010 08:26", "2010-12-01T08:26:00Z")]
    [InlineData("31/12/2010 08:26:09", "2010-12-31T08:26:09Z")]
    [InlineData("01/07/2011 08:26", "2011-07-01T07:26:00Z")] // London in summer
    [InlineData("12/31/2010 08:26", null)]                   // the month does not come first
    [InlineData("2010-02-30T08:26", null)]
    [InlineData("2010-12-01", null)]
    [InlineData("", null)]
    public void Dates_are_read_in_both_forms(string text, string? expected) => Assert.Equal(
        expected is null ? null : DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture),
        RetailFile.ParseAt(text));

    [Theory]
    [InlineData("2.55", 255L)]
    [InlineData("0.125", 12L)] // half to even
    [InlineData("0.135", 14L)]
    [InlineData("0.004", 0L)]
    [InlineData("-11062.06", -1_106_206L)]
    [InlineData("7", 700L)]
    [InlineData("1,000.00", null)]
    [InlineData("1e3", null)]
    [InlineData("NaN", null)]
    [InlineData("£2", null)]
    [InlineData("99999999999999999999", null)]
    public void Prices_are_rounded_half_to_even(string text, long? expected) =>
        Assert.Equal(expected, RetailFile.ParsePriceMinor(text));

    [Theory]
    [InlineData("85123a", "85123A", true)]
    [InlineData("15056BL", "15056BL", true)]
    [InlineData("1234A", "1234A", false)]
    [InlineData("post", "POST", false)]
    [InlineData("BANK CHARGES", "BANK CHARGES", false)]
    public void A_product_begins_with_five_digits_in_any_case(string code, string upper, bool product)
    {
        var line = One($"1,{code},x,1,2010-12-01T08:26,1.00,,\n");
        Assert.Equal((upper, product), (line.Code, line.IsProduct));
    }

    [Fact]
    public void Quoted_fields_line_breaks_marks_and_column_order_do_not_matter()
    {
        const string other = "Country,CustomerID,UnitPrice,InvoiceDate,Quantity,Description,StockCode,INVOICENO\r\n"
            + "UK,17850,2.55,01/12/2010 08:26,6,\"HEART, 6\"\" \"\"WHITE\"\"\r\nLARGE\",85123a,536365\r\n\r\n";
        byte[] marked = [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(other)];

        var invoice = ReadBytes(marked).Invoices.Single();

        Assert.Equal(("536365", "17850"), (invoice.No, invoice.Customer));
        Assert.Equal("HEART, 6\" \"WHITE\"\r\nLARGE", invoice.Lines.Single().Title);
        Assert.Equal(1_530, invoice.Lines.Single().AmountMinor);
    }

    [Fact]
    public void An_invoice_stands_at_its_first_line_with_its_first_time()
    {
        var file = Read("1,10001,a,1,2010-12-01T08:26,1.00,,\n2,10001,a,1,2010-12-01T08:30,1.00,7,\n"
            + "1,10002,b,1,2010-12-01T08:27,1.00,,\n");

        Assert.Equal(["1", "2"], file.Invoices.Select(i => i.No));
        Assert.Equal([2, 1], file.Invoices.Select(i => i.Lines.Length));
        Assert.Equal(26, file.Invoices[0].At.Minute);
        Assert.Null(file.Invoices[0].Customer);
    }

    [Fact]
    public void The_import_id_is_the_first_16_digits_of_the_files_hash()
    {
        var bytes = Encoding.UTF8.GetBytes(Header + "1,10001,a,1,2010-12-01T08:26,1.00,,\n");
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));

        Assert.Equal((hash, hash[..16]), (ReadBytes(bytes).Sha256, ReadBytes(bytes).ImportId));
        Assert.True(Limits.IsId(ReadBytes(bytes).ImportId));
    }

    [Theory]
    [InlineData("1,10001,a,six,2010-12-01T08:26,1.00,,\n", "line 2: bad Quantity 'six'")]
    [InlineData("1,10001,a,1.5,2010-12-01T08:26,1.00,,\n", "line 2: bad Quantity '1.5'")]
    [InlineData("1,10001,a,1000001,2010-12-01T08:26,1.00,,\n", "line 2: bad Quantity '1000001'")]
    [InlineData("1,10001,a,,2010-12-01T08:26,1.00,,\n", "line 2: bad Quantity ''")]
    [InlineData("1,10001,a,1,yesterday,1.00,,\n", "line 2: bad InvoiceDate 'yesterday'")]
    [InlineData("1,10001,a,1,2010-12-01T08:26,\"1,00\",,\n", "line 2: bad UnitPrice '1,00'")]
    [InlineData("1,10001,a,1,2010-12-01T08:26,-1.00,,\n", "line 2: bad UnitPrice '-1.00'")]
    [InlineData("1,10001,a,1000000,2010-12-01T08:26,100000000,,\n", "line 2: bad amount '100000000'")]
    [InlineData("1,,a,1,2010-12-01T08:26,1.00,,\n", "line 2: bad StockCode ''")]
    [InlineData("1,10001 B,a,1,2010-12-01T08:26,1.00,,\n", "line 2: bad StockCode '10001 B'")]
    [InlineData(",10001,a,1,2010-12-01T08:26,1.00,,\n", "line 2: bad InvoiceNo ''")]
    [InlineData("123456789012345678901,10001,a,1,2010-12-01T08:26,1.00,,\n",
        "line 2: bad InvoiceNo '123456789012345678901'")]
    [InlineData("1,10001,a,1,2010-12-01T08:26,1.00,a b,\n", "line 2: bad CustomerID 'a b'")]
    [InlineData("1,10001,a,1,2010-12-01T08:26,1.00,\n", "line 2: 7 fields where the header has 8")]
    [InlineData("1,10001,\"a\nb\",1,2010-12-01T08:26,1.00,,\n\n1,10001,a,x,2010-12-01T08:26,1.00,,\n",
        "line 5: bad Quantity 'x'")]
    [InlineData("1,10001,\"a,1,2010-12-01T08:26,1.00,,\n1,10001,a,1,2010-12-01T08:26,1.00,,\n",
        "line 2: a quote is not closed, or stands inside a field")]
    [InlineData("1,10001,a,1,2010-12-01T08:26,1.00,7,\n1,10001,a,1,2010-12-01T08:26,1.00,8,\n",
        "line 3: invoice 1 is of customer 7, and here of 8")]
    [InlineData("", "the file has a header and no lines")]
    public void A_broken_file_is_one_clear_line(string lines, string expected) =>
        Assert.Equal(expected, Assert.Throws<RetailFileException>(() => Read(lines)).Message);

    [Fact]
    public void An_empty_file_a_missing_column_and_other_encodings_are_told()
    {
        static string Fault(byte[] bytes) => Assert.Throws<RetailFileException>(() => ReadBytes(bytes)).Message;
        var latin = Encoding.Latin1.GetBytes(
            Header + "1,10001,a,1,2010-12-01T08:26,1.00,,\n1,10001,café,1,2010-12-01T08:26,1.00,,\n");

        Assert.Equal("the file is empty", Fault([]));
        Assert.Equal("line 1: the column StockCode is missing", Fault("InvoiceNo,Description\n1,a\n"u8.ToArray()));
        Assert.Equal("line 3: not UTF-8 text", Fault(latin));
        Assert.Equal("line 1: not UTF-8 text", Fault([0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Header)]));
    }

    [Fact]
    public void Parsing_does_not_depend_on_the_culture()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            Assert.Equal(255, One("1,10001,a,-6,01/12/2010 08:26,2.55,,\n").PriceMinor);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
