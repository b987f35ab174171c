using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Ale.Kernel;

/// <summary>
/// Writes an event as the serializer writes it, with its <c>$type</c> first. The serializer's own way to a derived type
/// allocates a stack of frames an event and looks at each property in turn; the generated writer of the derived type
/// does neither.
/// </summary>
internal static class EventFormat<TEvent>
{
    private sealed record Kind(byte[] Head, JsonTypeInfo Body);

    [ThreadStatic] private static Utf8JsonWriter? _json;

    private static Dictionary<Type, Kind>? _kinds;

    public static void Write(ArrayBufferWriter<byte> to, TEvent happened, JsonTypeInfo<TEvent> format)
    {
        var kinds = _kinds ??= Kinds(format);
        var json = _json ??= new Utf8JsonWriter(Stream.Null, new JsonWriterOptions { SkipValidation = true });
        if (!kinds.TryGetValue(happened!.GetType(), out var kind)) // the serializer says what is wrong with it
        {
            json.Reset(to);
            JsonSerializer.Serialize(json, happened, format);
            return;
        }

        to.Write(kind.Head);
        var start = to.WrittenCount;
        json.Reset(to);
        JsonSerializer.Serialize(json, happened, kind.Body);
        var body = MemoryMarshal.AsMemory(to.WrittenMemory).Span[start..];
        body[0] = body.Length == 2 ? (byte)' ' : (byte)','; // the head has opened the object, which may end at once
    }

    private static Dictionary<Type, Kind> Kinds(JsonTypeInfo<TEvent> format)
    {
        var kinds = new Dictionary<Type, Kind>();
        foreach (var (type, name) in (format.PolymorphismOptions?.DerivedTypes ?? []).Select(d =>
            (d.DerivedType, d.TypeDiscriminator as string)))
        {
            if (name is null) continue;
            var head = JsonSerializer.SerializeToUtf8Bytes(name);
            kinds[type] = new([.. "{\"$type\":"u8, .. head], format.Options.GetTypeInfo(type));
        }

        return kinds;
    }
}
