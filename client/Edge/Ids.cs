using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ale.Edge;

/// <summary>
/// An id made by a caller, in a path, a query or a body; case-sensitive. Another form is 400 before any grain hears of
/// it. (A struct's default has no value; nothing but the binder makes one.)
/// </summary>
[JsonConverter(typeof(IdConverter))]
internal readonly record struct Id
{
    internal const string Form = "Must be 1 to 64 of A-Z a-z 0-9 . _ : - and begin with a letter or a digit.";

    private readonly string? value;

    private Id(string value) => this.value = value;

    /// <summary>The text.</summary>
    public string Value => value ?? throw new InvalidOperationException("An id that was never bound.");

    /// <summary>Takes <see cref="Limits.IsId"/> and nothing else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, IFormatProvider? provider, out Id id)
    {
        id = Limits.IsId(text) ? new(text!) : default;
        return id.value is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Value;

    /// <summary>Contracts take text.</summary>
    public static implicit operator string(Id id) => id.Value;

    private sealed class IdConverter : JsonConverter<Id>
    {
        public override Id Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && TryParse(reader.GetString(), null, out var id)
                ? id : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, Id id, JsonSerializerOptions options) =>
            writer.WriteStringValue(id.Value);
    }
}

/// <summary>A SKU: an <see cref="Id"/> compared without case, in upper case from here on.</summary>
[JsonConverter(typeof(SkuCodeConverter))]
internal readonly record struct SkuCode
{
    private readonly string? value;

    private SkuCode(string value) => this.value = value;

    /// <summary>The code, upper case.</summary>
    public string Value => value ?? throw new InvalidOperationException("A SKU that was never bound.");

    /// <summary>Takes an id in any case.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, IFormatProvider? provider, out SkuCode sku)
    {
        sku = Limits.IsId(text) ? new(text!.ToUpperInvariant()) : default;
        return sku.value is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Value;

    /// <summary>Contracts take text.</summary>
    public static implicit operator string(SkuCode sku) => sku.Value;

    private sealed class SkuCodeConverter : JsonConverter<SkuCode>
    {
        public override SkuCode Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && TryParse(reader.GetString(), null, out var sku)
                ? sku : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, SkuCode sku, JsonSerializerOptions options) =>
            writer.WriteStringValue(sku.Value);
    }
}

/// <summary>A coupon template or code: an <see cref="Id"/> compared without case, in upper case from here on.</summary>
[JsonConverter(typeof(CouponCodeConverter))]
internal readonly record struct CouponCode
{
    private readonly string? value;

    private CouponCode(string value) => this.value = value;

    /// <summary>The code, upper case.</summary>
    public string Value => value ?? throw new InvalidOperationException("A coupon code that was never bound.");

    /// <summary>Takes an id in any case.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, IFormatProvider? provider, out CouponCode code)
    {
        code = Limits.IsId(text) ? new(text!.ToUpperInvariant()) : default;
        return code.value is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Value;

    /// <summary>Contracts take text.</summary>
    public static implicit operator string(CouponCode code) => code.Value;

    private sealed class CouponCodeConverter : JsonConverter<CouponCode>
    {
        public override CouponCode Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && TryParse(reader.GetString(), null, out var code)
                ? code : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, CouponCode code, JsonSerializerOptions options) =>
            writer.WriteStringValue(code.Value);
    }
}
