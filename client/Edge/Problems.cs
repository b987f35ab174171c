namespace Ale.Edge;

/// <summary>A body that checks itself. Run once by the edge, before the endpoint; one fault is enough for
/// 400.</summary>
internal interface IValidated
{
    /// <summary>Tells <paramref name="p"/> of every fault; names fields as JSON does (<c>priceMinor</c>).</summary>
    void Validate(Problems p);
}

/// <summary>
/// Collects what is wrong with a request, at most 100 faults. Checks of an optional member pass when it is absent;
/// <see cref="Require"/> says that it must be there.
/// </summary>
internal sealed class Problems
{
    /// <summary>Most faults named in one reply.</summary>
    public const int FaultsMax = 100;

    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Latest = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly List<FieldProblem> errors = [];
    private string path = "";

    /// <summary>What was found.</summary>
    public IReadOnlyList<FieldProblem> Errors => errors;

    /// <summary>One more fault.</summary>
    public void Add(string field, string message)
    {
        if (errors.Count < FaultsMax) errors.Add(new(path + field, message));
    }

    /// <summary><paramref name="good"/>, or the fault <paramref name="message"/>.</summary>
    public void Require(bool good, string field, string message)
    {
        if (!good) Add(field, message);
    }

    /// <summary>An id in the contract's form.</summary>
    public void Id(string field, string? id) => Require(id is null || Limits.IsId(id), field, Edge.Id.Form);

    /// <summary>A whole number from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public void Range(string field, long? value, long min, long max) =>
        Require(value is null || (value >= min && value <= max), field, $"Must be from {min} to {max}.");

    /// <summary>Units: 1 to <see cref="Limits.QuantityMax"/>.</summary>
    public void Quantity(string field, long? units) => Range(field, units, 1, Limits.QuantityMax);

    /// <summary>Money in minor units: 0 to <see cref="Limits.AmountMinorMax"/>.</summary>
    public void Money(string field, long? minor, long min = 0) => Range(field, minor, min, Limits.AmountMinorMax);

    /// <summary>
    /// Text of <paramref name="min"/> to <paramref name="max"/> characters without control characters other than line
    /// breaks and tabs: databases and terminals choke on the rest.
    /// </summary>
    public void Text(string field, string? text, int max = Limits.TextLengthMax, int min = 0)
    {
        if (text is null) return;
        Require(text.Length >= min && text.Length <= max, field, $"Must have {min} to {max} characters.");
        Require(!text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')), field,
            "Must not contain control characters.");
    }

    /// <summary>An ISO 4217 currency in use, upper case.</summary>
    public void Currency(string field, string? code) =>
        Require(code is null || Currencies.Known.Contains(code), field, "Must be an ISO 4217 currency, as CNY or GBP.");

    /// <summary>An instant of this century, so that arithmetic on it never overflows.</summary>
    public void Instant(string field, DateTimeOffset? at) =>
        Require(at is null || (at >= Earliest && at < Latest), field, "Must lie from 2000 to 2099.");

    /// <summary>Both are instants and the first lies before the second.</summary>
    public void Order(string startField, DateTimeOffset? start, string endField, DateTimeOffset? end)
    {
        Instant(startField, start);
        Instant(endField, end);
        Require(start is null || end is null || start < end, endField, $"Must be later than {startField}.");
    }

    /// <summary>A list of <paramref name="min"/> to <paramref name="max"/> entries.</summary>
    public void Count<T>(string field, IReadOnlyCollection<T>? list, int max, int min = 0) =>
        Require(list is null || (list.Count >= min && list.Count <= max), field, $"Must have {min} to {max} entries.");

    /// <summary>A list of <paramref name="min"/> to <paramref name="max"/> entries, each of which checks
    /// itself.</summary>
    public void Each<T>(string field, IReadOnlyList<T>? list, int max, int min = 0) where T : IValidated
    {
        Count(field, list, max, min);
        if (list is null || list.Count > max) return;
        for (var i = 0; i < list.Count; i++)
        {
            Require(list[i] is not null, $"{field}[{i}]", "Must not be null.");
            At($"{field}[{i}]", list[i]);
        }
    }

    /// <summary>A part that checks itself; its fields are named under <paramref name="field"/>.</summary>
    public void At(string field, IValidated? part)
    {
        if (part is null) return;
        var outer = path;
        path = outer + field + (field.Length == 0 ? "" : ".");
        part.Validate(this);
        path = outer;
    }

    /// <summary>Ends the request with 400 when anything was found.</summary>
    public void ThrowIfAny()
    {
        if (errors.Count > 0) throw new ProblemException(Problem.Invalid(errors));
    }
}

/// <summary>ISO 4217: the currencies in use.</summary>
internal static class Currencies
{
    public static readonly HashSet<string> Known = [.. """
        AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
        CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG
        HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA
        MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD
        RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX
        USD UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
        """.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)];
}
