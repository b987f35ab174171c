using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Kernel;

namespace Ale.Payments;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Kept), "payment.kept")]
internal abstract record PaymentStored
{
    internal sealed record Kept(PaymentEvent Event) : PaymentStored;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PaymentStored))]
internal sealed partial class PaymentJson : JsonSerializerContext;

/// <summary>Stricter than what is stored: who writes to the door is told what is missing.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(PaymentWire))]
internal sealed partial class PaymentWireJson : JsonSerializerContext;

/// <summary>An event as the acquirer writes it.</summary>
internal sealed record PaymentWire(
    string EventId, string Type, string OrderId, long AmountMinor, string Currency, DateTimeOffset At,
        string? Ref = null);

/// <summary>Invariant: one event an id, for ever.</summary>
internal sealed record Payment(PaymentEvent? Event) : IState<Payment, PaymentStored>
{
    public static JsonTypeInfo<PaymentStored> EventJson => PaymentJson.Default.PaymentStored;

    public static Payment New() => new((PaymentEvent?)null);

    public Decision<PaymentStored, Done> Decide(PaymentEvent happened) =>
        Event is null ? new(new Done(), new PaymentStored.Kept(happened))
        : Event == happened ? new Done() : PaymentRefusals.Changed;

    public Payment Apply(PaymentStored happened) => happened switch
    {
        PaymentStored.Kept e => new(e.Event),
        _ => throw new UnreachableException($"Unknown event {happened.GetType()}"), // stop; never skip
    };
}

[GrainType("payment")]
internal sealed class PaymentGrain(SiloKernel kernel) : EventSourcedGrain<Payment, PaymentStored>(kernel), IPaymentGrain
{
    public Task<Outcome<Done>> Keep(PaymentEvent happened, CancellationToken ct) => Commit(State.Decide(happened), ct);
}

/// <summary>The acquirer's events as they came.</summary>
internal sealed class PaymentProjection()
    : Projection<PaymentStored>("payments", 2, "payment", PaymentJson.Default.PaymentStored, Events)
{
    public static readonly Table Events = new("payment_event",
    [
        Column.TextKey("id"), Column.Text("type"), Column.Text("order_id"), Column.Text("ref"),
            Column.Number("amount_minor"),
        Column.Text("currency"), Column.Number("happened_at"), Column.Number("kept_at"),
    ], "order_id", "happened_at");

    protected override void Project(string key, PaymentStored happened, JournalRow row, ViewBatch views)
    {
        if (happened is not PaymentStored.Kept { Event: var e }) return;
        views.Row(Events, key).Set("type", JsonNamingPolicy.CamelCase.ConvertName($"{e.Type}"))
            .Set("order_id", e.OrderId)
            .Set("ref", e.Ref).Set("amount_minor", e.AmountMinor).Set("currency", e.Currency).Set("happened_at", e.At)
            .Set("kept_at", row.At);
    }
}
