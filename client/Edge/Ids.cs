using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ale.Edge;

/// <summary>
/// An id made by a caller, in a path, a query or a body; case-sensitive. Another form is 400 before any grain hears of
/// it. (A struct's default has no value; nothing but the binder makes one.)
/// </summary>
[JsonConverter(typeof(ParsedConverter<Id>))]
internal readonly record struct Id : IParsable<Id>
{
    internal const string Form = "Must be 1 to 64 of A-Z a-z 0-9 . _ : - and begin with a letter or a digit.";

    private readonly string? value;

    private Id(string value) => this.value = value;

    /// <summary>The text.</summary>
    public string Value => value ?? throw new InvalidOperationException("An id that was never bound.");

    /// <summary>Takes <see cref="Limits.IsId"/> and nothing else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Id result)
    {
        result = Limits.IsId(s) ? new(s!) : default;
        return result.value is not null;
    }

    /// <inheritdoc/>
    public static Id Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException(Form);

    /// <inheritdoc/>
    public override string ToString() => Value;

    /// <summary>Contracts take text.</summary>
    public static implicit operator string(Id id) => id.Value;
}

/// <summary>A SKU: an <see cref="Id"/> compared without case, in upper case from here on.</summary>
[JsonConverter(typeof(ParsedConverter<SkuCode>))]
internal readonly record struct SkuCode : IParsable<SkuCode>
{
    private readonly string? value;

    private SkuCode(string value) => this.value = value;

    /// <summary>The code, upper case.</summary>
    public string Value => value ?? throw new InvalidOperationException("A SKU that was never bound.");

    /// <summary>Takes an id in any case.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out SkuCode result)
    {
        result = Limits.IsId(s) ? new(s!.ToUpperInvariant()) : default;
        return result.value is not null;
    }

    /// <inheritdoc/>
    public static SkuCode Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var code) ? code : throw new FormatException(Id.Form);

    /// <inheritdoc/>
    public override string ToString() => Value;

    /// <summary>Contracts take text.</summary>
    public static implicit operator string(SkuCode code) => code.Value;
}

/// <summary>A coupon template or code: an <see cref="Id"/> compared without case, in upper case from here on.</summary>
[JsonConverter(typeof(ParsedConverter<CouponCode>))]
internal readonly record struct CouponCode : IParsable<CouponCode>
{
    private readonly string? value;

    private CouponCode(string value) => this.value = value;

    /// <summary>The code, upper case.</summary>
    public string Value => value ?? throw new InvalidOperationException("A coupon code that was never bound.");

    /// <summary>Takes an id in any case.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out CouponCode result)
    {
        result = Limits.IsId(s) ? new(s!.ToUpperInvariant()) : default;
        return result.value is not null;
    }

    /// <inheritdoc/>
    public static CouponCode Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var code) ? code : throw new FormatException(Id.Form);

    /// <inheritdoc/>
    public override string ToString() => Value;

    /// <summary>Contracts take text.</summary>
    public static implicit operator string(CouponCode code) => code.Value;
}

/// <summary>Reads and writes as JSON text what a path or a query would hold.</summary>
internal sealed class ParsedConverter<T> : JsonConverter<T> where T : struct, IParsable<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && T.TryParse(reader.GetString(), null, out var value)
            ? value : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
